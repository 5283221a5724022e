import type { ServerGroup } from '@gennaker/contracts/clouddriver';
import { ServiceError } from '@gennaker/contracts/error';
import { cleanup, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { violations } from '../testing/axe.ts';
import { anAccount, aServerGroup, helloClouds } from '../testing/cloud-things.ts';
import { GROUP, PREVIEW, act, inDialog, previews, ready, submit, would } from '../testing/deeds.ts';
import { fakeGate } from '../testing/fake-gate.ts';
import { aStage, anExecution } from '../testing/render-deck.tsx';
import { renderPage } from '../testing/render-page.tsx';

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

describe('what is done by hand', () => {
  it('is told first, as the cloud would do it; then it is submitted with its reason, and followed to its end', async () => {
    const done = anExecution(
      [aStage('1', { type: 'resizeServerGroup', name: 'Resize server group', status: 'SUCCEEDED' })],
      { id: 't1', type: 'ORCHESTRATION', status: 'SUCCEEDED', startTime: 1, endTime: 2 },
    );
    const { sent } = await act(GROUP, 'Resize', {
      [PREVIEW]: would('resizeServerGroup', { changes: ['Makes 3 instances more.'] }),
      'POST /tasks': { ref: '/tasks/t1' },
      'GET /pipelines/t1': done,
    });
    const dialog = await inDialog('Resize hello-prod-v001');
    expect(dialog.getByText('To see it: change something.')).toBeDefined();
    expect(submit('Resize')?.disabled).toBe(true);
    fireEvent.change(dialog.getByRole('textbox', { name: /^Instances/ }), { target: { value: '5' } });
    expect(await dialog.findByText('Makes 3 instances more.')).toBeDefined();
    const { job } = z.object({ job: z.array(z.looseObject({})) }).parse(previews(sent).at(-1)?.body);
    const beside = within(dialog.getByRole('region', { name: 'Beside hello-prod-v001 as it is' }));
    expect(beside.getByRole('row', { name: 'Instances 2 5' })).toBeDefined();
    expect(await violations()).toEqual([]);

    fireEvent.change(dialog.getByRole('textbox', { name: 'Reason' }), { target: { value: 'A sale begins' } });
    fireEvent.click(await ready('Resize'));
    const progress = await screen.findByRole('region', { name: 'Progress' });
    expect(await within(progress).findByText('Resize server group')).toBeDefined();
    expect(sent.find(({ path }) => path === '/tasks')?.body).toMatchObject({
      application: 'hello',
      description: 'Resize hello-prod-v001',
      // The very stages that were looked at.
      job: job.map((stage) => ({ ...stage, reason: 'A sale begins' })),
    });
    expect(job).toMatchObject([
      {
        type: 'resizeServerGroup',
        name: 'Resize hello-prod-v001',
        action: 'scale_exact',
        credentials: 'local-gce',
        serverGroupName: 'hello-prod-v001',
        capacity: { min: 5, max: 5, desired: 5 },
      },
    ]);
    // What stands on the page is read anew once the task has ended.
    await waitFor(() =>
      expect(sent.filter(({ path }) => path === '/applications/hello/serverGroups').length).toBeGreaterThan(1),
    );
  });

  it('that is left alone changes nothing, and the focus goes back to its button', async () => {
    const { sent, opener } = await act(GROUP, 'Disable', { [PREVIEW]: would('disableServerGroup') });
    const dialog = await inDialog('Disable hello-prod-v001');
    fireEvent.click(dialog.getByRole('button', { name: 'Leave it' }));
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    expect(document.activeElement).toBe(opener);
    expect(sent.every(({ method, path }) => method === 'GET' || path === '/preview')).toBe(true);
  });

  it('that cannot be undone asks for the name', async () => {
    await act(GROUP, 'Destroy', {
      [PREVIEW]: would('destroyServerGroup', { warnings: ['It serves requests now.'] }),
    });
    const dialog = await inDialog('Destroy hello-prod-v001');
    expect(await dialog.findByText('It serves requests now.')).toBeDefined();
    const typed = dialog.getByLabelText('Type “hello-prod-v001” to confirm');
    fireEvent.change(typed, { target: { value: 'hello-prod-v00' } });
    expect(submit('Destroy')?.disabled).toBe(true);
    fireEvent.change(typed, { target: { value: 'hello-prod-v001' } });
    expect((await ready('Destroy')).disabled).toBe(false);
  });

  it('is not lost to a click beside its dialog', async () => {
    await act(GROUP, 'Disable', { [PREVIEW]: would('disableServerGroup') });
    const dialog = await inDialog('Disable hello-prod-v001');
    fireEvent.change(dialog.getByRole('textbox', { name: 'Reason' }), { target: { value: 'It is old' } });
    const beside = document.querySelector('.mantine-Modal-overlay');
    if (!beside) throw new Error('There is something beside a dialog.');
    fireEvent.click(beside);
    const reason = screen.getByRole<HTMLTextAreaElement>('textbox', { name: 'Reason' });
    expect(reason.value).toBe('It is old');
  });

  it('to several things is told of each by itself', async () => {
    fakeGate({
      ...helloClouds([aServerGroup(1), aServerGroup(2)]),
      [PREVIEW]: [1, 2].flatMap((sequence) =>
        would('destroyServerGroup', {
          stage: `Destroy hello-prod-v00${sequence}`,
          changes: [`Ends ${sequence} instances.`],
        }),
      ),
    });
    renderPage('/applications/hello/clusters');
    fireEvent.click(await screen.findByRole('checkbox', { name: 'Choose hello-prod-v001' }, { timeout: 10_000 }));
    fireEvent.click(screen.getByRole('checkbox', { name: 'Choose hello-prod-v002' }));
    fireEvent.click(screen.getByRole('button', { name: 'Destroy' }));
    const dialog = await inDialog('Destroy 2 server groups');
    const second = within(await dialog.findByRole('region', { name: 'Destroy hello-prod-v002' }));
    expect(second.getByRole('heading', { name: 'Destroy hello-prod-v002' })).toBeDefined();
    expect(second.getByText('Ends 2 instances.')).toBeDefined();
    expect(second.queryByText('Ends 1 instances.')).toBeNull();
    expect(await violations()).toEqual([]);
  });

  it.each([
    [true, 'hello-prod-v001-ab12'],
    [false, undefined],
  ])('destroys something: its account decides whether the name is asked for (%s)', async (challenged, name) => {
    await act('/applications/hello/instances?open=local-gce%2Fus-central1%2Fhello-prod-v001-ab12', 'Terminate', {
      [PREVIEW]: would('terminateInstances'),
      'GET /credentials': [{ ...anAccount, challengeDestructiveActions: challenged }],
    });
    const dialog = await inDialog('Terminate hello-prod-v001-ab12');
    const typed = dialog.queryByLabelText('Type “hello-prod-v001-ab12” to confirm');
    expect(typed !== null).toBe(challenged);
    if (typed) {
      await dialog.findByText('It is done.');
      expect(submit('Terminate')?.disabled).toBe(true);
      fireEvent.change(typed, { target: { value: name } });
    }
    expect((await ready('Terminate')).disabled).toBe(false);
  });

  it('asks for their number where several would be destroyed', async () => {
    fakeGate({
      ...helloClouds(),
      [PREVIEW]: would('terminateInstances'),
      'GET /credentials': [{ ...anAccount, challengeDestructiveActions: true }],
    });
    renderPage('/applications/hello/instances');
    for (const name of ['ab12', 'cd34'])
      fireEvent.click(
        await screen.findByRole('checkbox', { name: `Choose hello-prod-v001-${name}` }, { timeout: 10_000 }),
      );
    fireEvent.click(screen.getByRole('button', { name: 'Terminate' }));
    const dialog = await inDialog('Terminate 2 instances');
    expect(dialog.getByLabelText('Type “2 instances” to confirm')).toBeDefined();
  });

  it('that the cloud would refuse cannot be begun, and says what to do', async () => {
    await act(GROUP, 'Disable', {
      [PREVIEW]: would('disableServerGroup', { problems: ['hello-lb is gone: make it again first.'] }),
    });
    const dialog = await inDialog('Disable hello-prod-v001');
    expect((await dialog.findByRole('alert')).textContent).toContain('hello-lb is gone: make it again first.');
    expect(submit('Disable')?.disabled).toBe(true);
  });

  it('whose preview cannot be had says why, and can be looked at again', async () => {
    let asked = 0;
    await act(GROUP, 'Disable', {
      [PREVIEW]: () =>
        (asked += 1) === 1 ? new ServiceError(503, 'The cloud does not answer') : would('disableServerGroup'),
    });
    const dialog = await inDialog('Disable hello-prod-v001');
    expect((await dialog.findByRole('alert')).textContent).toContain('The cloud does not answer');
    fireEvent.click(dialog.getByRole('button', { name: 'Look again' }));
    expect(await dialog.findByText('It is done.')).toBeDefined();
  });
});

describe('a dialog of something that the action takes away', () => {
  const task = (type: string, keys: object) =>
    anExecution([aStage('1', { type, name: 'What was asked for', ...keys })], {
      id: 't1',
      type: 'ORCHESTRATION',
      status: 'SUCCEEDED',
      startTime: 1,
      endTime: 2,
    });
  /** Answers of clouds in which a server group is as `left` says once a task was submitted. */
  const after = (left: readonly ServerGroup[], done: object) => {
    let begun = false;
    return {
      [PREVIEW]: would('destroyServerGroup'),
      'POST /tasks': () => {
        begun = true;
        return { ref: '/tasks/t1' };
      },
      'GET /pipelines/t1': done,
      'GET /applications/hello/serverGroups': () => (begun ? left : [aServerGroup(1)]),
    };
  };
  const theEnd = async (): Promise<void> => {
    const progress = within(await screen.findByRole('region', { name: 'Progress' }));
    expect(await progress.findByText('Succeeded')).toBeDefined();
  };

  it('stays to the end of a Destroy, though the server group leaves the list and its pane meanwhile', async () => {
    await act(GROUP, 'Destroy', after([], task('destroyServerGroup', { status: 'SUCCEEDED' })));
    const dialog = await inDialog('Destroy hello-prod-v001');
    fireEvent.change(dialog.getByLabelText('Type “hello-prod-v001” to confirm'), {
      target: { value: 'hello-prod-v001' },
    });
    fireEvent.click(await ready('Destroy'));
    await waitFor(() => expect(screen.queryByRole('button', { name: 'Resize' })).toBeNull());
    await theEnd();
    expect(document.activeElement?.closest('[role="dialog"]')).not.toBeNull();
    fireEvent.click(dialog.getByRole('button', { name: 'Close' }));
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    expect(document.activeElement?.id).toBe('main');
  });

  it('stays when the bar of chosen things goes with the last of them', async () => {
    fakeGate({ ...helloClouds(), ...after([], task('disableServerGroup', { status: 'SUCCEEDED' })) });
    renderPage('/applications/hello/clusters');
    fireEvent.click(await screen.findByRole('checkbox', { name: 'Choose hello-prod-v001' }, { timeout: 10_000 }));
    fireEvent.click(screen.getByRole('button', { name: 'Disable' }));
    await inDialog('Disable hello-prod-v001');
    fireEvent.click(await ready('Disable'));
    await waitFor(() => expect(screen.queryByRole('group', { name: 'Chosen server groups' })).toBeNull());
    await theEnd();
  });

  it('stays when a rollback has disabled the server group, which cannot be rolled back again', async () => {
    const body = { application: 'hello', description: 'Roll back', job: [{ type: 'rollbackServerGroup' }] };
    await act(GROUP, 'Roll back', {
      ...after(
        [aServerGroup(1, { isDisabled: true }), aServerGroup(2)],
        task('rollbackServerGroup', { status: 'SUCCEEDED' }),
      ),
      'POST /applications/hello/rollback/preview': { sentence: 'v000 serves again', regions: [], task: body },
    });
    const dialog = await inDialog('Roll back hello-prod-v001');
    await dialog.findByText('v000 serves again');
    fireEvent.click(dialog.getByRole('button', { name: 'Roll back' }));
    expect(await screen.findByText('Disabled: gets no traffic')).toBeDefined();
    await theEnd();
  });
});

describe('an operation that failed half-way', () => {
  const failed = anExecution(
    [
      aStage('1', {
        type: 'disableServerGroup',
        name: 'Disable',
        status: 'TERMINAL',
        context: { 'kato.last.task.id': { id: 'o1' } },
      }),
    ],
    { id: 't1', type: 'ORCHESTRATION', status: 'TERMINAL', startTime: 1, endTime: 2 },
  );
  const operation = (keys: object = {}) => ({
    id: 'o1',
    status: { phase: 'ORCHESTRATION', status: 'Failed', complete: true, completed: true, failed: true },
    history: [],
    resultObjects: [],
    reason: { summary: 'The quota of backend services is used up', next: 'Ask for more' },
    leftovers: [{ step: 'traffic', message: 'hello-prod-v001 is out of hello-lb' }],
    startTimeMs: 1,
    ...keys,
  });
  const undone = operation({
    status: { phase: 'ORCHESTRATION', status: 'Undone', complete: true, completed: true, failed: true },
    leftovers: [],
  });

  it('says what is left, and can be taken back from the dialog', async () => {
    const { sent } = await act(GROUP, 'Disable', {
      [PREVIEW]: would('disableServerGroup'),
      'POST /tasks': { ref: '/tasks/t1' },
      'GET /pipelines/t1': failed,
      'GET /tasks/t1/details/o1': operation(),
      'POST /task/o1/undo': undone,
    });
    await inDialog('Disable hello-prod-v001');
    fireEvent.click(await ready('Disable'));
    expect(await screen.findByText('traffic: hello-prod-v001 is out of hello-lb')).toBeDefined();
    expect(screen.getByText('The quota of backend services is used up')).toBeDefined();
    fireEvent.click(screen.getByRole('button', { name: 'Take back what is left' }));
    expect(await screen.findByText('All that it had made was taken back; nothing is left.')).toBeDefined();
    expect(sent.some(({ path }) => path === '/task/o1/undo')).toBe(true);
  });

  it('says what is done and cannot be undone: then there is only one way on', async () => {
    await act(GROUP, 'Disable', {
      [PREVIEW]: would('disableServerGroup'),
      'POST /tasks': { ref: '/tasks/t1' },
      'GET /pipelines/t1': failed,
      'GET /tasks/t1/details/o1': operation({
        leftovers: undefined,
        reason: { summary: 'Required permission is missing', evidence: { stays: ['hello-x1y2 is deleted'] } },
      }),
    });
    await inDialog('Disable hello-prod-v001');
    fireEvent.click(await ready('Disable'));
    expect(await screen.findByText('hello-x1y2 is deleted')).toBeDefined();
    expect(screen.getByRole('button', { name: 'Go on from there' })).toBeDefined();
    expect(screen.queryByRole('button', { name: 'Take back what is left' })).toBeNull();
    expect(screen.queryByText(/nothing is left/)).toBeNull();
  });

  it.each(['TERMINAL', 'CANCELED'] as const)('can be gone on with from its execution too (%s)', async (status) => {
    const stage = failed.stages[0];
    if (!stage) throw new Error('There is a stage.');
    const sent = fakeGate({
      ...helloClouds(),
      'GET /pipelines/e1': {
        ...failed,
        id: 'e1',
        type: 'PIPELINE',
        stages: [{ ...stage, status, reason: operation().reason }],
      },
      'GET /tasks/e1/details/o1': operation(),
      'POST /task/o1/retry': operation({
        status: { phase: 'ORCHESTRATION', status: 'Done', complete: true, completed: true, failed: false },
        reason: undefined,
        leftovers: undefined,
      }),
    });
    renderPage('/applications/hello/executions/details/e1?tab=table&stage=s1');
    const left = await screen.findByText('traffic: hello-prod-v001 is out of hello-lb', {}, { timeout: 10_000 });
    expect(left).toBeDefined();
    const details = within(screen.getByRole('region', { name: 'Stage Disable' }));
    expect(details.getAllByText('The quota of backend services is used up')).toHaveLength(1);
    expect(await violations()).toEqual([]);
    fireEvent.click(screen.getByRole('button', { name: 'Go on from there' }));
    expect(await screen.findByText('The operation was finished')).toBeDefined();
    expect(sent.some(({ path }) => path === '/task/o1/retry')).toBe(true);
  });
});
