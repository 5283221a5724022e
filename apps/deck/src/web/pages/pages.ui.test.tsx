import { ServiceError } from '@gennaker/contracts/error';
import { cleanup, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { keys } from '../queries/keys.ts';
import { violations } from '../testing/axe.ts';
import { aUser, fakeGate } from '../testing/fake-gate.ts';
import { aStage, anExecution } from '../testing/render-deck.tsx';
import { renderPage } from '../testing/render-page.tsx';

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

const frame = { 'GET /applications': [{ name: 'hello' }], 'GET /applications/hello/pipelines': [] };
const admin = { ...frame, 'GET /auth/user': aUser({ isAdmin: true }) };
const button = (name: string | RegExp) => screen.getByRole<HTMLButtonElement>('button', { name });
const fill = (label: RegExp, value: string): void =>
  void fireEvent.change(screen.getByLabelText(label, { selector: 'input' }), { target: { value } });

describe('the page of an execution', () => {
  const execution = anExecution([aStage('1', { name: 'Wait', status: 'RUNNING', startTime: 1 })], { startTime: 1 });
  const at = '/applications/hello/executions/details/e1?tab=table';
  it('pauses by key; the state shows at once and is taken back when it was refused', async () => {
    const sent = fakeGate({
      ...admin,
      'GET /pipelines/e1': execution,
      'PUT /pipelines/e1/pause': new ServiceError(409, 'It has just ended', { fix: 'Look at it' }),
    });
    renderPage(at);
    await screen.findByRole('button', { name: 'Pause' }, { timeout: 10_000 });
    fireEvent.keyDown(document.body, { key: 'p' });
    expect(await screen.findByText('It was not paused')).toBeDefined();
    expect(screen.getByText('It has just ended')).toBeDefined();
    expect(sent.filter(({ method }) => method === 'PUT')).toHaveLength(1);
    expect(button('Pause')).toBeDefined();
  });
  it('asks before it cancels by key', async () => {
    const sent = fakeGate({ ...admin, 'GET /pipelines/e1': execution });
    renderPage(at);
    await screen.findByRole('button', { name: 'Cancel' });
    fireEvent.keyDown(document.body, { key: 'C', shiftKey: true });
    expect(await screen.findByRole('dialog', { name: 'Cancel Deliver?' })).toBeDefined();
    expect(sent.every(({ method }) => method === 'GET')).toBe(true);
  });
});

describe('an execution that does not end', () => {
  const execution = anExecution([aStage('1', { status: 'RUNNING', startTime: 1 })], { startTime: 1 });
  const at = '/applications/hello/executions/details/e1?tab=table';
  it('is ended by force by an administrator', async () => {
    const sent = fakeGate({ ...admin, 'GET /pipelines/e1': execution, 'PUT /admin/forceCancelExecution': undefined });
    renderPage(at);
    fireEvent.click(await screen.findByRole('button', { name: 'Cancel' }));
    fireEvent.click(await screen.findByRole('checkbox', { name: 'End it at once, by force' }));
    fireEvent.click(button('End it by force'));
    await waitFor(() => expect(sent.find(({ method }) => method === 'PUT')?.query).toContain('executionId=e1'));
  });
  it('is not offered so to anybody else', async () => {
    fakeGate({ ...frame, 'GET /auth/user': aUser(), 'GET /pipelines/e1': execution });
    renderPage(at);
    fireEvent.click(await screen.findByRole('button', { name: 'Cancel' }));
    await screen.findByRole('button', { name: 'Cancel the execution' });
    expect(screen.queryByRole('checkbox')).toBeNull();
  });
});

describe('the queue', () => {
  const execution = anExecution([], { id: 'e2', status: 'NOT_STARTED' });
  it('shows who holds the slots and who waits, why, and cancels from there', async () => {
    const sent = fakeGate({
      ...admin,
      'GET /executions/queues': [
        {
          pipelineConfigId: 'p1',
          application: 'hello',
          name: 'Deliver',
          limit: 1,
          keepWaiting: true,
          running: ['e1'],
          waiting: [{ executionId: 'e2', position: 1, since: Date.now(), reason: { summary: 'e1 still runs' } }],
        },
      ],
      'GET /pipelines/e2': execution,
      'PUT /pipelines/e2/cancel': undefined,
    });
    renderPage('/applications/hello/queue');
    expect(await screen.findByText('e1 still runs')).toBeDefined();
    expect(screen.getByText('Holds a slot')).toBeDefined();
    expect(await violations()).toEqual([]);
    fireEvent.click(button('Cancel number 1 of Deliver'));
    fireEvent.click(await screen.findByRole('button', { name: 'Cancel the execution' }));
    await waitFor(() => expect(sent.some(({ path }) => path === '/pipelines/e2/cancel')).toBe(true));
  });
  it('says what belongs there while it is empty', async () => {
    fakeGate({ ...admin, 'GET /executions/queues': [] });
    renderPage('/applications/hello/queue');
    expect(await screen.findByText('Nothing waits for its turn')).toBeDefined();
  });
});

describe('the engine page', () => {
  const health = {
    executions: { running: 4, waiting: 1, queued: 2, paused: 0 },
    depth: 0,
    lagMs: 12,
    rescues: { lapsedClaim: 1 },
    setAside: 1,
    workers: [{ owner: 'o1', instance: 'orca-1', startedAt: 1, seenAt: Date.now(), held: 3, draining: false }],
  };
  const answers = {
    ...admin,
    'GET /admin/engine': health,
    'GET /admin/setAside': [
      {
        executionId: 'e9',
        application: 'hello',
        name: 'Deliver',
        attempts: 5,
        at: 1,
        reason: { summary: 'Its state could not be read' },
        evidence: { stack: 'at x' },
      },
    ],
    'PUT /admin/engine/pause': undefined,
    'PUT /admin/workers/orca-1/drain': undefined,
    'PUT /admin/executions/e9/redrive': undefined,
    'POST /admin/retention': {
      dryRun: true,
      policy: { days: 30, keepPerPipeline: 5 },
      executions: 7,
      events: 70,
      bytes: 2_500_000,
    },
  };
  it('drains a worker, tries again what was set aside, and says what retention would remove', async () => {
    const sent = fakeGate(answers);
    renderPage('/admin/engine');
    fireEvent.click(await screen.findByRole('button', { name: 'Drain orca-1' }));
    await waitFor(() => expect(sent.some(({ path }) => path === '/admin/workers/orca-1/drain')).toBe(true));
    const again = await screen.findByRole<HTMLButtonElement>('button', { name: 'Try Deliver again' });
    await waitFor(() => expect(again.disabled).toBe(false));
    fireEvent.click(again);
    await waitFor(() => expect(sent.some(({ path }) => path === '/admin/executions/e9/redrive')).toBe(true));
    fireEvent.click(button('See what would be removed'));
    expect(await screen.findByText('2.5 MB')).toBeDefined();
    expect(sent.find(({ path }) => path === '/admin/retention')?.query).toBe('?dryRun=true');
    expect(await violations()).toEqual([]);
  });
  it('pauses everything only after asking, with the reason', async () => {
    const sent = fakeGate(answers);
    renderPage('/admin/engine');
    fireEvent.click(await screen.findByRole('button', { name: 'Pause all' }));
    const dialog = await screen.findByRole('dialog');
    fireEvent.change(within(dialog).getByRole('textbox'), { target: { value: 'migration' } });
    fireEvent.click(within(dialog).getByRole('button', { name: 'Pause all' }));
    await waitFor(() =>
      expect(sent.find(({ path }) => path === '/admin/engine/pause')?.body).toEqual({ reason: 'migration' }),
    );
  });
  it('is for administrators', async () => {
    const sent = fakeGate({ ...frame, 'GET /auth/user': aUser() });
    renderPage('/admin/engine');
    expect(await screen.findByText('This page is for administrators')).toBeDefined();
    expect(sent.some(({ path }) => path.startsWith('/admin'))).toBe(false);
  });
});

describe('the people page', () => {
  const bob = { name: 'bob', roles: ['ops'], admin: false, enabled: true, createdAt: 1, serviceAccount: false };
  it('adds a user with roles, and removes one after asking', async () => {
    const sent = fakeGate({
      ...admin,
      'GET /auth/users': [bob],
      'POST /auth/users': { ...bob, name: 'eve' },
      'DELETE /auth/users/bob': undefined,
    });
    renderPage('/admin/people');
    expect(await screen.findByText('ops')).toBeDefined();
    expect(await violations()).toEqual([]);
    fireEvent.click(button('Add a user'));
    await screen.findByRole('dialog');
    fill(/Name/, 'eve');
    fill(/Password/, 'short');
    expect(button('Add').disabled).toBe(true);
    fill(/Password/, 'long enough for it');
    fireEvent.click(button('Add'));
    await waitFor(() =>
      expect(sent.find(({ method }) => method === 'POST')?.body).toEqual({
        name: 'eve',
        password: 'long enough for it',
        roles: [],
        admin: false,
      }),
    );
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    fireEvent.click(button('Remove bob'));
    fireEvent.click(within(await screen.findByRole('dialog')).getByRole('button', { name: 'Remove bob' }));
    await waitFor(() => expect(sent.some(({ method }) => method === 'DELETE')).toBe(true));
  });
  it('adds a service account without a password', async () => {
    const sent = fakeGate({ ...admin, 'GET /auth/users': [bob], 'POST /auth/users': { ...bob, serviceAccount: true } });
    renderPage('/admin/people');
    fireEvent.click(await screen.findByRole('button', { name: 'Add a user' }));
    await screen.findByRole('dialog');
    fill(/Name/, 'build');
    fireEvent.click(screen.getByRole('checkbox', { name: /Service account/ }));
    fireEvent.click(button('Add'));
    await waitFor(() =>
      expect(sent.find(({ method }) => method === 'POST')?.body).toEqual({ name: 'build', roles: [], admin: false }),
    );
  });
  it('tells how to turn logging in on while it is off', async () => {
    fakeGate({ ...frame, 'GET /auth/user': aUser({ isAdmin: true, authentication: false }) });
    renderPage('/admin/people');
    expect(await screen.findByText('gennaker users add NAME --admin')).toBeDefined();
  });
});

describe('the tokens page', () => {
  it('makes a token with a scope, shows it once, and revokes one', async () => {
    const token = {
      id: 't1',
      name: 'build',
      principalType: 'USER',
      principalId: 'ann',
      createdAt: 1,
      expiresAt: 2,
    };
    const sent = fakeGate({
      ...admin,
      'GET /auth/apiTokens': [token],
      'POST /auth/apiTokens': { ...token, token: 'spk_secret' },
      'DELETE /auth/apiTokens/t1': undefined,
    });
    renderPage('/tokens');
    fireEvent.click(await screen.findByRole('button', { name: 'Make a token' }));
    await screen.findByRole('dialog');
    fill(/Name/, 'build');
    fireEvent.click(screen.getByRole('checkbox', { name: /Change applications/ }));
    fireEvent.click(button('Make it'));
    expect(await screen.findByText('spk_secret')).toBeDefined();
    expect(sent.find(({ method }) => method === 'POST')?.body).toMatchObject({
      name: 'build',
      scope: { authorizations: ['READ', 'EXECUTE'] },
    });
    fireEvent.click(button('Done'));
    await waitFor(() => expect(screen.queryByText('spk_secret')).toBeNull());
    fireEvent.click(button('Revoke build'));
    await waitFor(() => expect(sent.some(({ method }) => method === 'DELETE')).toBe(true));
    expect(await violations()).toEqual([]);
  });
});

describe('the event log', () => {
  it('shows what each event did to each pipeline and why; its filter is in the address', async () => {
    const match = { application: 'hello', pipelineId: 'p1', pipeline: 'Deliver' };
    fakeGate({
      ...admin,
      'GET /events/history': [
        {
          id: '1',
          type: 'jenkins',
          source: 'demo',
          at: 1,
          content: {},
          matches: [{ ...match, started: false, reason: { summary: 'the build failed' } }],
        },
        { id: '2', type: 'webhook', at: 1, content: {}, matches: [] },
      ],
    });
    const { history } = renderPage('/events');
    expect(await screen.findByText(/the build failed/)).toBeDefined();
    expect(screen.getByText('No pipeline listens to it')).toBeDefined();
    expect(await violations()).toEqual([]);
    fill(/Filter events/, 'build failed');
    await waitFor(() => expect(screen.queryByText('No pipeline listens to it')).toBeNull());
    expect(history.location.search).toContain('q=');
  });
});

describe('the editor of a pipeline', () => {
  it('keeps what is edited while gate cannot be reached', async () => {
    const stored = { id: 'p1', application: 'hello', name: 'Deliver', stages: [] };
    const answers: Record<string, unknown> = {
      ...admin,
      'GET /applications/hello/pipelineConfigs': [stored],
    };
    fakeGate(answers);
    const { client } = renderPage('/applications/hello/executions/configure/p1');
    fireEvent.change(await screen.findByLabelText(/^Pipeline name/, {}, { timeout: 10_000 }), {
      target: { value: 'Deliver it' },
    });
    answers['GET /applications/hello/pipelineConfigs'] = new ServiceError(503, 'Gate is starting');
    await client.invalidateQueries({ queryKey: keys.pipelines('hello') });
    expect(client.getQueryState(keys.pipelines('hello'))?.status).toBe('error');
    expect(screen.getByDisplayValue('Deliver it')).toBeDefined();
  });
});

describe('logging in', () => {
  it('goes back to where one was; the frame asks for nothing before', async () => {
    const sent = fakeGate({ ...admin, 'POST /auth/login': {}, 'GET /events/history': [] });
    const { history } = renderPage('/login?next=%2Fevents%3Ftype%3Djenkins');
    await screen.findByRole('heading', { name: 'Log in' });
    expect(sent).toEqual([]);
    expect(await violations()).toEqual([]);
    fill(/^Name/, 'ann');
    fill(/^Password/, 'a long secret');
    fireEvent.click(button('Log in'));
    await waitFor(() => expect(history.location.pathname).toBe('/events'));
    expect(sent[0]?.body).toEqual({ username: 'ann', password: 'a long secret' });
  });
  it('says why it did not work', async () => {
    fakeGate({ 'POST /auth/login': new ServiceError(401, 'Name or password is wrong') });
    renderPage('/login');
    await screen.findByRole('heading', { name: 'Log in' });
    fill(/^Name/, 'ann');
    fill(/^Password/, 'x');
    fireEvent.click(await screen.findByRole('button', { name: 'Log in' }));
    expect(await screen.findByText('Name or password is wrong')).toBeDefined();
  });
});
