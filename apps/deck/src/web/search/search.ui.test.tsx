import { cleanup, screen, within } from '@testing-library/react';
import { afterEach, expect, it, vi } from 'vitest';
import { violations } from '../testing/axe.ts';
import { helloClouds } from '../testing/cloud-things.ts';
import { aUser, fakeGate } from '../testing/fake-gate.ts';
import { renderPage } from '../testing/render-page.tsx';

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

it('the search finds applications, pipelines and projects beside the things of clouds', async () => {
  fakeGate({
    ...helloClouds(),
    'GET /auth/user': aUser(),
    'GET /applications': [{ name: 'hello' }, { name: 'api', description: 'Answers the shop' }],
    'GET /applications/hello/pipelines': [],
    'GET /applications/api/pipelines': [],
    'GET /pipelineConfigs': [
      { id: 'p1', name: 'Deliver shop', application: 'hello' },
      { id: 'p2', name: 'Other', application: 'hello' },
    ],
    'GET /projects': [],
    'GET /search': [],
  });
  renderPage('/search?q=shop');
  const pipelines = within(await screen.findByRole('region', { name: 'Pipelines' }, { timeout: 10_000 }));
  const links = pipelines.getAllByRole('link');
  expect(links.map((link) => [link.textContent, link.getAttribute('href')])).toEqual([
    ['Deliver shop', '/applications/hello/executions/configure/p1'],
  ]);
  expect(within(screen.getByRole('region', { name: 'Applications' })).getByText('api')).toBeDefined();
  expect(screen.queryByRole('region', { name: 'Projects' })).toBeNull();
  expect(screen.queryByText(/Nothing matches/)).toBeNull();
  expect(await violations()).toEqual([]);
});
