import { cleanup, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { useState } from 'react';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { violations } from '../testing/axe.ts';
import { helloClouds } from '../testing/cloud-things.ts';
import { aUser, fakeGate } from '../testing/fake-gate.ts';
import { renderDeck } from '../testing/render-deck.tsx';
import { renderPage } from '../testing/render-page.tsx';
import { PIPELINE_EVENTS, stageEvents } from './notification-events.ts';
import { NotificationsForm } from './notifications-form.tsx';

// A page's module is loaded when it is opened: how long that takes is not what is tested.
beforeAll(async () => {
  await Promise.all([import('../pages/notifications-page.tsx'), import('../pages/application-config-page.tsx')]);
});

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

type Notifications = Parameters<typeof NotificationsForm>[0]['notifications'];
const email = { type: 'email', address: 'team@example.com', level: 'pipeline', when: ['pipeline.failed'] };
const told = { level: 'pipeline', application: 'hello', pipeline: 'Deliver' } as const;

/** Shows the form and keeps what it writes. */
function showForm(start: Notifications, events = PIPELINE_EVENTS): { notifications: Notifications } {
  const held = { notifications: start };
  function Host() {
    const [value, setValue] = useState(start);
    held.notifications = value;
    return <NotificationsForm notifications={value} told={told} events={events} onChange={setValue} />;
  }
  renderDeck(<Host />);
  return held;
}

describe('notifications', () => {
  it('are added by type, with whom, when and in which words', async () => {
    fakeGate({});
    const held = showForm([]);
    expect(screen.getByText('Nobody is told.')).toBeDefined();
    fireEvent.click(screen.getByRole('button', { name: 'Add notification' }));
    fireEvent.click(await screen.findByRole('menuitem', { name: /^Mail/ }));
    const item = within(screen.getByRole('group', { name: /^Notification 1: / }));
    expect(item.getByText('Choose at least one: otherwise it never tells anything')).toBeDefined();
    fireEvent.click(item.getByRole('checkbox', { name: 'It has failed' }));
    fireEvent.change(item.getByLabelText('Text when it has failed'), { target: { value: 'Look at {{link}}' } });
    expect(held.notifications).toEqual([
      expect.objectContaining({
        ...{ type: 'email', level: 'pipeline', when: ['pipeline.failed'] },
        message: { 'pipeline.failed': { text: 'Look at {{link}}' } },
      }),
    ]);
    expect(await violations()).toEqual([]);
    fireEvent.change(item.getByLabelText('Text when it has failed'), { target: { value: '' } });
    expect(held.notifications[0]).not.toHaveProperty('message');
    fireEvent.click(item.getByRole('button', { name: /^Remove notification 1/ }));
    expect(held.notifications).toEqual([]);
  });

  it('of a type or an event that this system does not know stay as they are', () => {
    fakeGate({});
    const pager = { type: 'pagerduty', address: 'x', when: ['pipeline.paused'] };
    const held = showForm([pager]);
    expect(screen.getByText(/There is no such type here/)).toBeDefined();
    expect(screen.getByRole('checkbox', { name: 'pipeline.paused' })).toBeDefined();
    expect(screen.queryByRole('button', { name: 'Preview and test' })).toBeNull();
    expect(held.notifications).toEqual([pager]);
  });

  it('say at once when the configuration lacks what their type needs', async () => {
    fakeGate({
      'GET /notifications/metadata': [
        {
          ...{ notificationType: 'email', label: 'Mail', description: '', uiType: 'CUSTOM', parameters: [] },
          ...{ ready: false, reason: { summary: 'gennaker.yml names no mail server' } },
        },
      ],
    });
    showForm([email]);
    expect(await screen.findByText('gennaker.yml names no mail server')).toBeDefined();
  });

  it('of an approval tell of the waiting and of the decision, too', () => {
    expect(stageEvents('manualJudgment').map(({ value }) => value)).toEqual([
      ...['manualJudgment', 'manualJudgmentContinue', 'manualJudgmentStop'],
      ...['stage.starting', 'stage.complete', 'stage.failed'],
    ]);
    expect(stageEvents('bake')).toHaveLength(3);
  });

  it('are shown before anything is sent, and tested on request', async () => {
    const message = {
      event: 'pipeline.failed',
      subject: 'Deliver has failed',
      text: 'In stage Bake',
      application: 'hello',
    };
    const sent = fakeGate({
      'POST /notifications/preview': { address: 'team@example.com', ready: true, message: { ...message, at: 1 } },
      'POST /notifications/test': {
        ...{ delivered: false, address: 'team@example.com' },
        reason: { summary: 'the mail server refused the address', next: 'write another' },
      },
    });
    showForm([email]);
    fireEvent.click(screen.getByRole('button', { name: 'Preview and test' }));
    const dialog = within(await screen.findByRole('dialog', { name: 'What it says' }));
    expect(await dialog.findByText('Deliver has failed')).toBeDefined();
    const posted = sent.filter(({ method }) => method === 'POST');
    expect(posted.map(({ path }) => path)).toEqual(['/notifications/preview']);
    expect(posted[0]?.body).toEqual({
      ...{ notification: email, event: 'pipeline.failed', application: 'hello', pipelineName: 'Deliver' },
    });
    fireEvent.click(dialog.getByRole('button', { name: 'Send a test' }));
    expect(await dialog.findByText('the mail server refused the address')).toBeDefined();
    expect(await violations()).toEqual([]);
  });

  it('are not tested where the configuration lacks what they need, which is said', async () => {
    fakeGate({
      'POST /notifications/preview': {
        ...{ address: 'team@example.com', ready: false },
        reason: { summary: 'gennaker.yml names no mail server', next: 'add notifications.email' },
        message: { event: 'pipeline.failed', subject: 'S', text: 'T', application: 'hello', at: 1 },
      },
    });
    showForm([email]);
    fireEvent.click(screen.getByRole('button', { name: 'Preview and test' }));
    expect(await screen.findByText('gennaker.yml names no mail server')).toBeDefined();
    expect(screen.getByRole<HTMLButtonElement>('button', { name: 'Send a test' }).disabled).toBe(true);
  });
});

describe('notifications of an application', () => {
  const settings = { application: 'hello', lastModified: 1, email: [{ ...email, level: 'application' }] };
  it('stand in its configuration, and are saved as a whole by type', async () => {
    const sent = fakeGate({
      ...helloClouds(),
      'GET /auth/user': aUser(),
      'GET /applications': [{ name: 'hello', email: 'a@example.com' }],
      'GET /notifications/application/hello': settings,
      'POST /notifications/application/hello': settings,
    });
    renderPage('/applications/hello/config');
    const item = within(await screen.findByRole('group', { name: /^Notification 1: / }, { timeout: 10_000 }));
    fireEvent.click(item.getByRole('checkbox', { name: 'It starts' }));
    fireEvent.click(screen.getByRole('button', { name: 'Save notifications' }));
    await waitFor(() =>
      expect(sent.find(({ method, path }) => method === 'POST' && path.startsWith('/notifications'))?.body).toEqual({
        application: 'hello',
        email: [{ ...email, level: 'application', when: ['pipeline.failed', 'pipeline.starting'] }],
      }),
    );
  });
});

describe('the page of messages', () => {
  const dead = {
    ...{ id: 'm1', type: 'email', level: 'pipeline', event: 'pipeline.failed', address: 'team@example.com' },
    ...{ application: 'hello', executionId: 'e1', subject: 'Deliver has failed', text: '', state: 'dead', attempts: 9 },
    ...{ createdAt: Date.now(), updatedAt: Date.now(), reason: { summary: 'nobody answered at mail.example.com' } },
  };
  const answers = {
    'GET /auth/user': aUser(),
    'GET /applications': [{ name: 'hello' }],
    'GET /notifications/deliveries': [dead],
  };
  it('shows what was given up and why, and sends it again or discards it', async () => {
    const sent = fakeGate({
      ...answers,
      'POST /notifications/deliveries/m1/retry': { ...dead, state: 'waiting' },
      'POST /notifications/deliveries/m1/discard': { ...dead, state: 'discarded' },
    });
    renderPage('/notifications?state=dead');
    expect(await screen.findByText('nobody answered at mail.example.com')).toBeDefined();
    expect(sent.find(({ path }) => path === '/notifications/deliveries')?.query).toContain('state=dead');
    expect(screen.getByText('9 attempts')).toBeDefined();
    expect(await violations()).toEqual([]);
    fireEvent.click(screen.getByRole('button', { name: 'Send again: Deliver has failed to team@example.com' }));
    await waitFor(() => expect(sent.some(({ path }) => path.endsWith('/m1/retry'))).toBe(true));
    fireEvent.click(screen.getByRole('button', { name: 'Discard: Deliver has failed to team@example.com' }));
    await waitFor(() => expect(sent.some(({ path }) => path.endsWith('/m1/discard'))).toBe(true));
  });

  it('lets administrators alone say who is told of all applications', async () => {
    fakeGate({
      ...answers,
      'GET /auth/user': aUser({ isAdmin: true }),
      'GET /notifications/global/global': {},
    });
    renderPage('/notifications');
    expect(await screen.findByRole('heading', { name: 'Of all applications' })).toBeDefined();
    cleanup();
    fakeGate(answers);
    renderPage('/notifications');
    await screen.findByText('nobody answered at mail.example.com');
    expect(screen.queryByRole('heading', { name: 'Of all applications' })).toBeNull();
  });
});
