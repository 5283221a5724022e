import type { UndoEntry } from '@gennaker/contracts/cloud-undo';
import type { ExecutionView } from '@gennaker/contracts/execution';
import { ServiceError } from '@gennaker/contracts/error';
import type { RollbackPreview, UndoPreview } from '@gennaker/contracts/orca-undo';
import { cleanup, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { violations } from '../testing/axe.ts';
import { aServerGroup, helloClouds } from '../testing/cloud-things.ts';
import { fakeGate } from '../testing/fake-gate.ts';
import { aStage, anExecution } from '../testing/render-deck.tsx';
import { renderPage } from '../testing/render-page.tsx';

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

const V1 = aServerGroup(1, { isDisabled: true, image: 'hello-1-0' });
const V2 = aServerGroup(2, { isDisabled: true, image: 'hello-1-1' });
const V3 = aServerGroup(3, { image: 'hello-2-0' });
const AT = '/applications/hello/clusters?group=local-gce%2Fus-central1%2Fhello-prod-v003';
const PREVIEW = 'POST /applications/hello/rollback/preview';

/** What a rollback of hello-prod-v003 to this one would do. */
function rollbackTo(restore: string, why: string): RollbackPreview {
  return {
    sentence: `Rolls back hello-prod-v003 in us-central1: ${why}`,
    regions: [
      {
        account: 'local-gce',
        cluster: 'hello-prod',
        region: 'us-central1',
        type: 'EXPLICIT',
        from: 'hello-prod-v003',
        restore,
        why,
        steps: [`Enable ${restore} and wait until 2 of 2 are healthy`, 'Disable hello-prod-v003'],
        warnings: [`${restore} has no instances now; they boot before it serves.`],
      },
    ],
    task: {
      application: 'hello',
      description: 'Roll back hello-prod-v003',
      job: [
        {
          type: 'rollbackServerGroup',
          name: 'Roll back hello-prod-v003 in us-central1',
          rollbackType: 'EXPLICIT',
          rollbackContext: { rollbackServerGroupName: 'hello-prod-v003', restoreServerGroupName: restore },
        },
      ],
    },
  };
}

const recorded = rollbackTo(
  'hello-prod-v002',
  'restores hello-prod-v002: its image hello-1-1 is recorded as what hello-prod-v003 replaced',
);
const rolledBack = anExecution(
  [aStage('1', { type: 'rollbackServerGroup', name: 'Roll back hello-prod-v003 in us-central1', status: 'SUCCEEDED' })],
  { id: 't1', type: 'ORCHESTRATION', status: 'SUCCEEDED', startTime: 1, endTime: 2 },
);
const clouds = { ...helloClouds([V1, V2, V3]), 'POST /tasks': { ref: '/tasks/t1' }, 'GET /pipelines/t1': rolledBack };

/** Presses a button as a person does, and waits for the dialog that it opens. */
async function press(button: string, dialog: string) {
  const opener = await screen.findByRole('button', { name: button }, { timeout: 10_000 });
  opener.focus();
  fireEvent.click(opener);
  return { opener, dialog: within(await screen.findByRole('dialog', { name: dialog })) };
}

describe('a rollback of a server group', () => {
  it('tells what serves again and why, is started as it was told, and followed to its end', async () => {
    const sent = fakeGate({ ...clouds, [PREVIEW]: recorded });
    renderPage(AT);
    const { dialog, opener } = await press('Roll back', 'Roll back hello-prod-v003');
    expect(await dialog.findByText(recorded.sentence)).toBeDefined();
    expect(dialog.getByText(recorded.regions[0]?.why ?? '')).toBeDefined();
    expect(dialog.getAllByRole('listitem').map(({ textContent }) => textContent)).toEqual(
      expect.arrayContaining([...(recorded.regions[0]?.steps ?? []), ...(recorded.regions[0]?.warnings ?? [])]),
    );
    expect(await violations()).toEqual([]);
    expect(sent.find(({ path }) => path.endsWith('/rollback/preview'))?.body).toEqual({
      account: 'local-gce',
      cluster: 'hello-prod',
      regions: ['us-central1'],
      serverGroup: 'hello-prod-v003',
    });

    fireEvent.change(dialog.getByRole('textbox', { name: 'Reason' }), { target: { value: 'It answers slowly' } });
    fireEvent.click(dialog.getByRole('button', { name: 'Roll back' }));
    const progress = within(await screen.findByRole('region', { name: 'Progress' }));
    expect(await progress.findByText('Roll back hello-prod-v003 in us-central1')).toBeDefined();
    expect(sent.find(({ path }) => path === '/tasks')?.body).toEqual({
      ...recorded.task,
      job: recorded.task?.job.map((stage) => ({ ...stage, reason: 'It answers slowly' })),
    });
    fireEvent.click(dialog.getByRole('button', { name: 'Close' }));
    await waitFor(() => expect(document.activeElement).toBe(opener));
  });

  it('goes to another server group when one is chosen, newest first', async () => {
    const named = rollbackTo('hello-prod-v001', 'restores hello-prod-v001: it was named');
    const sent = fakeGate({
      ...clouds,
      [PREVIEW]: ({ body }: { body: unknown }) => (JSON.stringify(body).includes('"restore"') ? named : recorded),
    });
    renderPage(AT);
    const { dialog } = await press('Roll back', 'Roll back hello-prod-v003');
    fireEvent.click(dialog.getByRole('combobox', { name: 'Serves again' }));
    const choices = within(dialog.getByRole('listbox', { name: 'Serves again', hidden: true }));
    const options = choices.getAllByRole('option', { hidden: true });
    expect(options.map(({ textContent }) => textContent)).toEqual([
      'What hello-prod-v003 replaced',
      'hello-prod-v002hello-1-1 · 2 instances · disabled',
      'hello-prod-v001hello-1-0 · 2 instances · disabled',
    ]);
    fireEvent.click(choices.getByRole('option', { name: /^hello-prod-v001/, hidden: true }));
    expect(await dialog.findByText(named.sentence)).toBeDefined();
    expect(sent.findLast(({ path }) => path.endsWith('/rollback/preview'))?.body).toMatchObject({
      restore: 'hello-prod-v001',
    });
  });

  it('covers all regions of the cluster where that is chosen', async () => {
    const europe = aServerGroup(7, { region: 'europe-west1' });
    const sent = fakeGate({ ...clouds, ...helloClouds([V2, V3, europe]), [PREVIEW]: recorded });
    renderPage(AT);
    const { dialog } = await press('Roll back', 'Roll back hello-prod-v003');
    fireEvent.click(dialog.getByRole('radio', { name: 'All 2 regions of hello-prod' }));
    await waitFor(() =>
      expect(sent.findLast(({ path }) => path.endsWith('/rollback/preview'))?.body).toEqual({
        account: 'local-gce',
        cluster: 'hello-prod',
      }),
    );
  });

  it('that cannot be says why, and cannot be begun', async () => {
    const problem = 'hello-prod-v003 is the only one that could serve; there is hello-prod-v003';
    fakeGate({
      ...clouds,
      [PREVIEW]: {
        sentence: `Nothing can be rolled back. us-central1: ${problem}`,
        regions: [
          {
            account: 'local-gce',
            cluster: 'hello-prod',
            region: 'us-central1',
            why: problem,
            problem,
            steps: [],
            warnings: [],
          },
        ],
      } satisfies RollbackPreview,
    });
    renderPage(AT);
    const { dialog } = await press('Roll back', 'Roll back hello-prod-v003');
    expect((await dialog.findByRole('alert')).textContent).toContain(problem);
    expect(dialog.getByRole<HTMLButtonElement>('button', { name: 'Roll back' }).disabled).toBe(true);
    expect(await violations()).toEqual([]);
  });
});

const deployed: ExecutionView = anExecution(
  [
    aStage('1', {
      type: 'deploy',
      name: 'Deploy',
      status: 'SUCCEEDED',
      outputs: {
        deployedServerGroups: [
          { account: 'local-gce', region: 'us-central1', cluster: 'hello-prod', serverGroupName: 'hello-prod-v003' },
        ],
      },
    }),
    aStage('2', {
      type: 'disableServerGroup',
      name: 'Disable old',
      status: 'SUCCEEDED',
      parentStageId: 's1',
      context: { 'kato.last.task.id': { id: 'o2' } },
    }),
  ],
  { status: 'SUCCEEDED', startTime: 1, endTime: 2 },
);
const EXECUTION = '/applications/hello/executions/details/e1';

/** A change of server group hello-prod-v002 and what takes it back. */
function aChange(keys: Partial<UndoEntry>): UndoEntry {
  return {
    operationId: 'o2',
    stageId: 's2',
    operation: 'disableServerGroup',
    account: 'local-gce',
    did: 'disabled hello-prod-v002 in us-central1',
    at: 2,
    steps: [],
    ...keys,
  };
}
const enabling = {
  provider: 'gce',
  account: 'local-gce',
  operation: 'enableServerGroup',
  description: {},
  sentence: 'enables hello-prod-v002 in us-central1',
  preview: {
    operation: 'enableServerGroup',
    account: 'local-gce',
    changes: ['Puts hello-prod-v002 behind hello-lb.'],
    warnings: ['2 instances boot first.'],
    problems: [],
  },
  settled: false,
};
const undo = (keys: Partial<UndoPreview> = {}): UndoPreview => ({
  executionId: 'e1',
  application: 'hello',
  name: 'Deliver',
  sentence: 'Takes back what "Deliver" did: enables hello-prod-v002 in us-central1.',
  entries: [
    aChange({ steps: [enabling] }),
    aChange({ operationId: 'o1', did: 'resized hello-prod-v003 in us-central1', left: 'hello-prod-v003 is destroyed' }),
  ],
  drift: [],
  underWay: [],
  problems: [],
  children: [],
  needsForce: false,
  ...keys,
});

describe('an execution that has ended', () => {
  it('has what it deployed rolled back', async () => {
    const sent = fakeGate({ ...clouds, 'GET /pipelines/e1': deployed, [PREVIEW]: recorded });
    renderPage(EXECUTION);
    const { dialog } = await press('Roll back', 'Roll back what Deliver deployed');
    expect(await dialog.findByText(recorded.sentence)).toBeDefined();
    expect(sent.find(({ path }) => path.endsWith('/rollback/preview'))?.body).toEqual({ executionId: 'e1' });
  });

  it('shows each change, the last one first, with what takes it back; is undone as a task that is followed', async () => {
    const sent = fakeGate({
      ...clouds,
      'GET /pipelines/e1': deployed,
      'GET /pipelines/e1/undo': undo(),
      'POST /pipelines/e1/undo': { ref: '/tasks/t1' },
    });
    renderPage(EXECUTION);
    const { dialog, opener } = await press('Undo', 'Undo Deliver');
    const headings = await dialog.findAllByRole('heading', { level: 5 });
    expect(headings.map(({ textContent }) => textContent)).toEqual([
      expect.stringContaining('disabled hello-prod-v002 in us-central1Disable old · local-gce'),
      expect.stringContaining('resized hello-prod-v003 in us-central1'),
    ]);
    expect(dialog.getByText('Puts hello-prod-v002 behind hello-lb.')).toBeDefined();
    expect(dialog.getByText('2 instances boot first.')).toBeDefined();
    expect(dialog.getByText('Nothing to do: hello-prod-v003 is destroyed')).toBeDefined();
    expect(dialog.queryByRole('checkbox')).toBeNull();
    expect(await violations()).toEqual([]);

    fireEvent.click(dialog.getByRole('button', { name: 'Undo' }));
    await screen.findByRole('region', { name: 'Progress' });
    expect(sent.find(({ method, path }) => method === 'POST' && path === '/pipelines/e1/undo')?.body).toEqual({});
    fireEvent.click(dialog.getByRole('button', { name: 'Close' }));
    await waitFor(() => expect(document.activeElement).toBe(opener));
  });

  it('is undone in spite of drift and of what stays only when that is said; a refusal makes it look again', async () => {
    let looks = 0;
    const sent = fakeGate({
      ...clouds,
      'GET /pipelines/e1': deployed,
      'GET /pipelines/e1/undo': () => {
        looks += 1;
        return undo({
          drift: ['hello-prod-v002 has 5 instances; the execution left 2'],
          entries: [
            ...undo().entries,
            aChange({
              operationId: 'o0',
              did: 'destroyed hello-prod-v001 in us-central1',
              impossible: 'its instances are gone; deploy hello-1-0 again',
            }),
          ],
          children: ['e7'],
          needsForce: true,
        });
      },
      'POST /pipelines/e1/undo': new ServiceError(409, 'Operation o9 of it is still under way'),
    });
    renderPage(EXECUTION);
    const { dialog } = await press('Undo', 'Undo Deliver');
    expect(await dialog.findByText('hello-prod-v002 has 5 instances; the execution left 2')).toBeDefined();
    expect(dialog.getByText('its instances are gone; deploy hello-1-0 again')).toBeDefined();
    expect(dialog.getByRole('link', { name: 'e7' })).toBeDefined();
    const start = dialog.getByRole<HTMLButtonElement>('button', { name: 'Undo' });
    expect(start.disabled).toBe(true);
    const force = dialog.getByRole('checkbox', { name: 'Take back the rest all the same' });
    expect(dialog.getByText(/that change is lost. One change stays as the execution left it\.$/)).toBeDefined();
    expect(await violations()).toEqual([]);
    fireEvent.click(force);
    fireEvent.click(start);
    expect((await dialog.findByRole('alert')).textContent).toContain('Operation o9 of it is still under way');
    expect(sent.find(({ method, path }) => method === 'POST' && path === '/pipelines/e1/undo')?.body).toEqual({
      force: true,
    });
    await waitFor(() => expect(looks).toBe(2));
  });

  it('that cannot be undone says why', async () => {
    fakeGate({
      ...clouds,
      'GET /pipelines/e1': deployed,
      'GET /pipelines/e1/undo': undo({ problems: ['Everything is as it was before it already'] }),
    });
    renderPage(EXECUTION);
    const { dialog } = await press('Undo', 'Undo Deliver');
    expect((await dialog.findByRole('alert')).textContent).toContain('Everything is as it was before it already');
    expect(dialog.getByRole<HTMLButtonElement>('button', { name: 'Undo' }).disabled).toBe(true);
  });

  it('and changed no cloud, or that has not ended, offers neither', async () => {
    fakeGate({ ...clouds, 'GET /pipelines/e1': { ...deployed, status: 'RUNNING' } });
    renderPage(EXECUTION);
    await screen.findByRole('heading', { level: 1, name: 'Deliver' }, { timeout: 10_000 });
    expect(screen.queryByRole('button', { name: 'Undo' })).toBeNull();
    expect(screen.queryByRole('button', { name: 'Roll back' })).toBeNull();
  });
});
