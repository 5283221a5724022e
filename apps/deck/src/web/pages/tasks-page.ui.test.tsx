import type { ExecutionView } from '@gennaker/contracts/execution';
import { cleanup, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { putExecution } from '../queries/executions.ts';
import { violations } from '../testing/axe.ts';
import { helloClouds } from '../testing/cloud-things.ts';
import { fakeGate } from '../testing/fake-gate.ts';
import { aStage, anExecution } from '../testing/render-deck.tsx';
import { renderPage } from '../testing/render-page.tsx';

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

/** A task as gate lists it. */
const listed = (execution: ExecutionView) => ({
  id: execution.id,
  name: execution.name,
  application: execution.application,
  status: execution.status,
  variables: [],
  steps: [],
  buildTime: execution.buildTime,
  execution,
});
const aTask = (id: string, name: string, status: ExecutionView['status'], buildTime: number): ExecutionView =>
  anExecution(
    [
      aStage('1', {
        id: `s-${id}`,
        type: 'disableServerGroup',
        name,
        status,
        context: { 'kato.last.task.id': { id: `o-${id}` } },
      }),
    ],
    { id, name, status, buildTime, type: 'ORCHESTRATION', version: 1, authentication: { user: 'ann' } },
  );
const failedOperation = (id: string, leftovers: object[]) => ({
  id,
  status: { phase: 'ORCHESTRATION', status: 'Failed', complete: true, completed: true, failed: true },
  history: [],
  resultObjects: [],
  leftovers,
  startTimeMs: 1,
});
const resized = aTask('t1', 'Resize hello-prod-v001', 'SUCCEEDED', 3);
const failed = aTask('t2', 'Disable hello-prod-v001', 'TERMINAL', 2);
const broken = aTask('t3', 'Destroy hello-prod-v000', 'TERMINAL', 1);
const refused = {
  ...{ id: 'm1', name: 'Describe hello', application: 'hello', status: 'TERMINAL', variables: [], buildTime: 0 },
  steps: [
    {
      ...{ id: '1', name: 'updateApplication', implementingClass: 'updateApplication', status: 'TERMINAL' },
      reason: { summary: 'The e-mail is none' },
    },
  ],
};

function show(path: string) {
  const sent = fakeGate({
    ...helloClouds(),
    'GET /applications/hello/tasks': [...[resized, failed, broken].map(listed), refused],
    'GET /tasks/t2/details/o-t2': failedOperation('o-t2', []),
    'GET /tasks/t3/details/o-t3': failedOperation('o-t3', [{ step: 'delete', message: 'hello-lb is still there' }]),
  });
  return { sent, ...renderPage(path) };
}
const rowsOf = (part: HTMLElement): (string | null)[] =>
  within(part)
    .getAllByRole('article')
    .map((row) => row.querySelector('.execution-trigger')?.textContent ?? null);

describe('the page of tasks', () => {
  it('lists what was done by hand, first what left something behind, which can be finished there', async () => {
    const { history } = show('/applications/hello/tasks');
    const left = await screen.findByRole('region', { name: 'Left something behind' }, { timeout: 10_000 });
    expect(rowsOf(left)).toEqual(['Destroy hello-prod-v000']);
    expect(rowsOf(screen.getByRole('region', { name: 'All others' }))).toEqual([
      'Resize hello-prod-v001',
      'Disable hello-prod-v001',
      'Describe hello',
    ]);
    expect(screen.getByText('The e-mail is none')).toBeDefined();
    expect(within(left).getByRole('link', { name: 'Destroy hello-prod-v000' }).getAttribute('href')).toBe(
      '/applications/hello/executions/details/t3',
    );
    expect(await violations()).toEqual([]);
    fireEvent.click(within(left).getByRole('button', { name: 'Show the details' }));
    expect(await within(left).findByText('delete: hello-lb is still there')).toBeDefined();
    expect(within(left).getByRole('button', { name: 'Take back what is left' })).toBeDefined();
    expect(history.location.search).toContain('execution=t3');
  });

  it('is narrowed by its address: what failed is asked for by status, what left something is looked for there', async () => {
    const { sent } = show('/applications/hello/tasks?show=left&q=destroy');
    const left = await screen.findByRole('region', { name: 'Left something behind' }, { timeout: 10_000 });
    expect(rowsOf(left)).toEqual(['Destroy hello-prod-v000']);
    expect(screen.queryByRole('region', { name: 'All others' })).toBeNull();
    const { query } = sent.find(({ path }) => path === '/applications/hello/tasks') ?? { query: '' };
    expect(new URLSearchParams(query).get('statuses')).toBe('FAILED_CONTINUE,STOPPED,TERMINAL,CANCELED');
  });

  it('shows a new task at once, and how it goes on', async () => {
    const { client } = show('/applications/hello/tasks');
    await screen.findByRole('article', { name: /^Resize/ }, { timeout: 10_000 });
    const begun = aTask('t4', 'Enable hello-prod-v002', 'RUNNING', 4);
    putExecution(client, begun);
    const row = await screen.findByRole('article', { name: /^Enable hello-prod-v002/ });
    expect(row.textContent).toContain('Running');
    putExecution(client, { ...begun, version: 2, status: 'SUCCEEDED' });
    await waitFor(() =>
      expect(screen.getByRole('article', { name: /^Enable hello-prod-v002/ }).textContent).toContain('Succeeded'),
    );
  });

  it('is where a task goes by the address that Spinnaker gives it', async () => {
    fakeGate({ ...helloClouds(), 'GET /pipelines/t1': resized });
    const { history } = renderPage('/applications/hello/tasks/t1');
    await waitFor(() => expect(history.location.pathname).toBe('/applications/hello/executions/details/t1'));
  });
});
