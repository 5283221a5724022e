import { ServiceError } from '@gennaker/contracts/error';
import { cleanup, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { useState } from 'react';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { TriggersForm } from '../editor/triggers-form.tsx';
import { violations } from '../testing/axe.ts';
import { aUser, fakeGate } from '../testing/fake-gate.ts';
import { renderDeck } from '../testing/render-deck.tsx';
import { renderPage } from '../testing/render-page.tsx';
import { asTest, problemsOfWritten, writtenFrom } from './written-event.ts';

// A page's module is loaded when it is opened: how long that takes is not what is tested.
beforeAll(async () => {
  await import('../pages/events-page.tsx');
});

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

const event = {
  id: 'v1',
  key: 'webhook:gh:d1',
  type: 'webhook',
  source: 'gh',
  at: Date.now(),
  content: { ref: 'main' },
  headers: { 'x-github-delivery': 'd1' },
  matches: [
    {
      ...{ application: 'hello', pipelineId: 'p1', pipeline: 'Deliver', started: true, executionId: 'e1' },
      reason: { summary: 'the constraints are met' },
    },
    {
      ...{ application: 'hello', pipelineId: 'p2', pipeline: 'Other', started: false, elsewhere: true },
      reason: { summary: 'its source is docker' },
    },
  ],
};
const forecast = {
  taken: true,
  signature: 'assumed',
  seenBefore: 'v1',
  matches: [
    {
      ...{ application: 'hello', pipelineId: 'p1', pipeline: 'Deliver', wouldStart: false },
      reason: { summary: 'the pipeline is disabled now' },
      triggers: [{ position: 0, type: 'webhook', matches: true, reason: { summary: 'the source is gh' } }],
    },
    {
      ...{ application: 'hello', pipelineId: 'p3', pipeline: 'Third', wouldStart: true },
      reason: { summary: 'its trigger matches' },
      triggers: [],
    },
  ],
};
const answers = {
  'GET /auth/user': aUser(),
  'GET /applications': [{ name: 'hello' }],
  'GET /events/history': [event],
  'GET /events/history/v1': event,
  'POST /events/test': forecast,
};

describe('the event log', () => {
  it('tells of each event what it did and why, and folds away pipelines that listen to other sources', async () => {
    fakeGate(answers);
    renderPage('/events');
    expect(await screen.findByRole('button', { name: 'Webhook from gh' })).toBeDefined();
    const link = screen.getByRole('link', { name: 'hello · Deliver' });
    expect(link.getAttribute('href')).toBe('/executions/e1');
    expect(screen.getByText(/the constraints are met/)).toBeDefined();
    expect(screen.getByText(/1 pipeline listens to other sources/)).toBeDefined();
    const other = screen.getByRole('link', { name: 'hello · Other', hidden: true });
    expect(other.getAttribute('href')).toBe('/applications/hello/executions/configure/p2');
    expect(await violations()).toEqual([]);
  });

  it('asks for what the address filters by', async () => {
    const sent = fakeGate({ ...answers, 'GET /events/history': [] });
    renderPage(
      '/events?type=git&source=github&application=hello&pipeline=p1&did=nothing&from=2026-11-01&to=2026-11-01',
    );
    await screen.findByText('Nothing matches');
    const asked = new URLSearchParams(sent.find(({ path }) => path === '/events/history')?.query);
    expect(Object.fromEntries(asked)).toMatchObject({
      ...{ type: 'git', source: 'github', application: 'hello', pipelineId: 'p1', started: 'false' },
    });
    expect(Number(asked.get('until')) - Number(asked.get('from'))).toBe(24 * 60 * 60_000);
  });

  it('keeps a filter in the address', async () => {
    fakeGate(answers);
    const { history } = renderPage('/events');
    fireEvent.click(await screen.findByRole('button', { name: 'Narrow' }));
    fireEvent.change(await screen.findByLabelText('Source'), { target: { value: 'gh' } });
    fireEvent.submit(screen.getByRole('form', { name: 'Narrow the events' }));
    await waitFor(() => expect(history.location.search).toContain('source=gh'));
    expect(await screen.findByRole('button', { name: 'Narrowed by 1' })).toBeDefined();
  });

  it('reads older events page by page, from the last one on', async () => {
    const page = (from: number) =>
      Array.from({ length: 50 }, (_, index) => ({ ...event, id: `v${from + index}`, source: `s${from + index}` }));
    const sent = fakeGate({
      ...answers,
      'GET /events/history': ({ query }: { query: string }) =>
        new URLSearchParams(query).get('before') === 'v50' ? page(51).slice(0, 3) : page(1),
    });
    renderPage('/events');
    fireEvent.click(await screen.findByRole('button', { name: 'Older events' }));
    expect(await screen.findByRole('button', { name: 'Webhook from s53' })).toBeDefined();
    expect(sent.some(({ query }) => query.includes('before=v50'))).toBe(true);
    await waitFor(() => expect(screen.queryByRole('button', { name: 'Older events' })).toBeNull());
  });

  it('opens an event by keyboard with its payload, and Escape closes it', async () => {
    fakeGate(answers);
    const { history } = renderPage('/events');
    const opener = await screen.findByRole('button', { name: 'Webhook from gh' });
    fireEvent.keyDown(document.body, { key: 'j' });
    expect(document.activeElement).toBe(opener);
    fireEvent.click(opener);
    const pane = within(await screen.findByRole('complementary', { name: 'Event v1' }));
    expect((await pane.findByLabelText('Payload')).textContent).toContain('"ref": "main"');
    expect(pane.getByText('webhook:gh:d1')).toBeDefined();
    expect(await violations()).toEqual([]);
    fireEvent.keyDown(document.body, { key: 'Escape' });
    await waitFor(() => expect(history.location.search).not.toContain('open'));
  });

  it('sends an event again only after it said what that would do, and shows what it did', async () => {
    const sent = fakeGate({
      ...answers,
      'POST /events/history/v1/replay': {
        ...{ eventProcessed: true, eventId: 'v2' },
        matches: [{ ...event.matches[0], pipelineId: 'p3', pipeline: 'Third', executionId: 'e9' }],
      },
    });
    renderPage('/events?open=v1');
    fireEvent.click(await screen.findByRole('button', { name: 'Send again' }));
    const dialog = within(await screen.findByRole('dialog', { name: 'Send this event again' }));
    expect(await dialog.findByText(/the pipeline is disabled now/)).toBeDefined();
    expect(sent.some(({ path }) => path.endsWith('/replay'))).toBe(false);
    fireEvent.click(dialog.getByRole('button', { name: 'Send it again' }));
    const started = await dialog.findByRole('link', { name: 'hello · Third' });
    expect(started.getAttribute('href')).toBe('/executions/e9');
    expect(sent.find(({ path }) => path.endsWith('/replay'))?.body).toEqual({});
    expect(await violations()).toEqual([]);
  });

  it('says why an event was not sent again', async () => {
    fakeGate({
      ...answers,
      'POST /events/history/v1/replay': new ServiceError(403, 'You may not execute hello', { fix: 'Ask its owner' }),
    });
    renderPage('/events?open=v1');
    fireEvent.click(await screen.findByRole('button', { name: 'Send again' }));
    fireEvent.click(await screen.findByRole('button', { name: 'Send it again' }));
    expect(await screen.findByText('You may not execute hello')).toBeDefined();
    expect(screen.getByText('Ask its owner')).toBeDefined();
  });
});

describe('trying an event', () => {
  it('takes a body byte by byte, and headers line by line', () => {
    const written = { type: 'git', source: 'github', headers: 'X-GitHub-Event: push\n\nX-A: b: c ', body: '{"a" : 1}' };
    expect(problemsOfWritten(written)).toEqual({});
    expect(asTest(written)).toEqual({
      ...{ type: 'git', source: 'github', content: { a: 1 }, body: '{"a" : 1}' },
      headers: { 'x-github-event': 'push', 'x-a': 'b: c' },
    });
  });

  it('says what is wrong with a body or a header before it is sent', () => {
    const fine = { type: 'webhook', source: '', headers: '', body: '' };
    expect(problemsOfWritten(fine)).toEqual({});
    expect(problemsOfWritten({ ...fine, body: '{"a"' }).body).toMatch(/^This is no JSON: /);
    expect(problemsOfWritten({ ...fine, body: '[1]' }).body).toBe('A body is a JSON object: {…}');
    expect(problemsOfWritten({ ...fine, headers: 'no colon' }).headers).toContain('no colon');
  });

  it('is written from a stored event', () => {
    expect(writtenFrom(event)).toEqual({
      ...{ type: 'webhook', source: 'gh', headers: 'x-github-delivery: d1' },
      body: '{\n  "ref": "main"\n}',
    });
  });

  it('judges in the editor the pipeline as it stands there, and says at each trigger whether it matches', async () => {
    const sent = fakeGate({
      ...answers,
      'POST /events/test': {
        ...forecast,
        seenBefore: undefined,
        matches: [
          {
            ...forecast.matches[0],
            triggers: [
              { position: 0, type: 'webhook', matches: false, reason: { summary: 'its source is gh, not docker' } },
            ],
          },
        ],
      },
    });
    const pipeline = {
      ...{ id: 'p1', application: 'hello', name: 'Deliver', stages: [] },
      triggers: [
        { type: 'webhook', enabled: true, source: 'docker' },
        { type: 'jenkins', enabled: true, master: 'm', job: 'j' },
      ],
    };
    function Host() {
      const [value, setValue] = useState(pipeline);
      return <TriggersForm pipeline={value} onEdit={(next) => setValue(next as typeof pipeline)} />;
    }
    renderDeck(<Host />);
    fireEvent.click(screen.getByRole('button', { name: 'Would an event start it?' }));
    fireEvent.change(screen.getByLabelText('Body'), { target: { value: '{"x":1}' } });
    fireEvent.submit(screen.getByRole('form', { name: 'Try an event' }));
    const first = within(screen.getByRole('group', { name: 'Trigger 1: Webhook' }));
    expect(await first.findByText('its source is gh, not docker')).toBeDefined();
    const second = within(screen.getByRole('group', { name: 'Trigger 2: Jenkins' }));
    expect(second.getByText('it looks at events of other types')).toBeDefined();
    expect(sent.find(({ path }) => path === '/events/test')?.body).toEqual({
      ...{ type: 'webhook', source: 'docker', content: { x: 1 }, body: '{"x":1}', pipeline },
    });
    expect(await violations()).toEqual([]);
    fireEvent.click(first.getByRole('switch', { name: 'Enabled' }));
    await waitFor(() => expect(first.queryByText('its source is gh, not docker')).toBeNull());
  });
});

describe('the triggers of a pipeline', () => {
  it('are added of every type, closed and opened by keyboard, and taken away', async () => {
    fakeGate(answers);
    let stored = { id: 'p1', application: 'hello', name: 'Deliver', stages: [], triggers: [] as { type: string }[] };
    function Host() {
      const [value, setValue] = useState(stored);
      stored = value;
      return <TriggersForm pipeline={value} onEdit={(next) => setValue(next as typeof stored)} />;
    }
    renderDeck(<Host />);
    fireEvent.click(screen.getByRole('button', { name: 'Add trigger' }));
    fireEvent.click(await screen.findByRole('menuitem', { name: /^Webhook/ }));
    expect(stored.triggers).toEqual([{ enabled: true, source: '', type: 'webhook' }]);
    fireEvent.change(await screen.findByLabelText(/^Source/), { target: { value: 'gh' } });
    expect(stored.triggers[0]).toMatchObject({ source: 'gh' });
    const title = screen.getByRole('button', { name: 'Webhook gh' });
    expect(title.getAttribute('aria-expanded')).toBe('true');
    fireEvent.click(title);
    expect(title.getAttribute('aria-expanded')).toBe('false');
    expect(screen.queryByLabelText(/^Source/)).toBeNull();
    fireEvent.click(screen.getByRole('button', { name: 'Remove trigger 1: Webhook gh' }));
    expect(stored.triggers).toEqual([]);
  });
});
