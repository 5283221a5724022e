import { cleanup, screen, within } from '@testing-library/react';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { ConfigurationPanel } from '../editor/configuration-panel.tsx';
import { violations } from '../testing/axe.ts';
import { helloClouds } from '../testing/cloud-things.ts';
import { aUser, fakeGate } from '../testing/fake-gate.ts';
import { renderDeck } from '../testing/render-deck.tsx';
import { renderPage } from '../testing/render-page.tsx';

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

const slack = {
  ...{ type: 'slack', address: '#deploys', level: 'pipeline', when: ['pipeline.failed', 'pipeline.complete'] },
  message: { 'pipeline.failed': { text: 'Look at it' } },
};
const pipeline = { id: 'p', application: 'hello', name: 'P', stages: [] };

describe('stored notifications', () => {
  it('of a pipeline are shown with who is told, when and what, and that nothing is delivered', async () => {
    fakeGate({});
    renderDeck(<ConfigurationPanel pipeline={{ ...pipeline, notifications: [slack] }} onEdit={() => {}} />);
    const table = within(screen.getByRole('table', { name: 'Notifications' }));
    for (const words of ['slack', '#deploys', 'pipeline.failed', 'pipeline.complete', 'Look at it'])
      expect(table.getByText(words)).toBeDefined();
    expect(screen.getByText('This system delivers no notifications.')).toBeDefined();
    expect(await violations()).toEqual([]);
  });

  it('are not spoken of where there are none', () => {
    fakeGate({});
    renderDeck(<ConfigurationPanel pipeline={pipeline} onEdit={() => {}} />);
    expect(screen.queryByText(/notifications/i)).toBeNull();
  });

  it('of an application stand in its configuration', async () => {
    fakeGate({
      ...helloClouds(),
      'GET /auth/user': aUser(),
      'GET /applications': [{ name: 'hello', email: 'a@example.com' }],
      'GET /applications/hello/pipelines': [],
      'GET /notifications/application/hello': {
        application: 'hello',
        lastModified: 1,
        email: [{ type: 'email', address: 'team@example.com', level: 'application', when: ['pipeline.failed'] }],
      },
    });
    renderPage('/applications/hello/config');
    expect(await screen.findByText('team@example.com', {}, { timeout: 10_000 })).toBeDefined();
  });
});
