import type { Identity, TokenScope } from '@gennaker/contracts/people';
import type { Ports } from '@gennaker/extension-sdk/ports';
import type { TaskContext } from '@gennaker/extension-sdk/stage';
import { describe, expect, it } from 'vitest';
import { Run, scripted, stage } from './engine.fixture.ts';
import type { ExecutionState } from './model.ts';
import { runTask } from './run-task.ts';

const judge: Identity = { user: 'judge', roles: ['ops'], admin: false, via: 'session' };

/** What the task of a stage behind a judgment sees. */
async function seenBehind(judgment: object, scope?: TokenScope): Promise<TaskContext<never>> {
  const r = new Run([
    stage('1', [], { tasks: [['RUNNING', 'SUCCEEDED']] }, judgment),
    stage('2', ['1'], { tasks: [['RUNNING']] }),
  ]);
  r.send({ type: 'Start' });
  r.send({
    type: 'Patch',
    stageId: r.stage('1').id,
    patch: { judgmentStatus: 'continue' },
    by: scope === undefined ? judge : { ...judge, scope },
  });
  for (let effect = r.asked.shift(); effect && r.stage('2').status === 'NOT_STARTED'; effect = r.asked.shift()) {
    if (effect.type === 'RunTask') r.send(r.answer(effect));
    r.now += 10;
    r.send({ type: 'Tick' });
  }
  const judged = { ...r.stage('1'), type: 'manualJudgment' };
  const state: ExecutionState = {
    ...r.state,
    ...(scope === undefined ? {} : { authentication: { ...r.state.authentication, scope } }),
    stages: { ...r.state.stages, [judged.id]: judged },
  };
  const [task] = r.stage('2').tasks;
  if (!task) throw new Error('the second stage has not begun');
  let seen: TaskContext<never> | undefined;
  const definition = {
    ...scripted,
    tasks: () => [
      {
        name: task.name,
        run: (context: TaskContext<never>) => {
          seen = context;
          return Promise.resolve({ status: 'SUCCEEDED' as const });
        },
      },
    ],
  };
  const world = {
    clock: { now: () => r.now, after: () => () => undefined },
    // The task asks no service for anything.
    ports: {} as Ports,
    lookUp: () => Promise.resolve({ error: 'nothing is asked for' }),
    env: () => ({ ...r.env(), definition: () => definition }),
  };
  const signal = new AbortController().signal;
  await runTask(world, { state, stage: r.stage('2'), task, traceparent: '', signal });
  if (!seen) throw new Error('the task was not run');
  return seen;
}

describe('a task acts', () => {
  it('as whoever started the execution', async () => {
    expect((await seenBehind({})).identity).toEqual({ user: 'me', roles: [], admin: false, via: 'service' });
  });
  it('within the scope of the token that it was started or approved with', async () => {
    const scope = { authorizations: ['READ' as const], applications: ['hello'] };
    expect((await seenBehind({}, scope)).identity).toMatchObject({ user: 'me', scope });
    const passed = await seenBehind({ propagateAuthenticationContext: true }, scope);
    expect(passed.identity).toMatchObject({ user: 'judge', scope });
  });
  it("as the judge, with the judge's roles, where the judgment passes its identity on", async () => {
    const { identity, user } = await seenBehind({ propagateAuthenticationContext: true });
    expect(identity).toEqual({ user: 'judge', roles: ['ops'], admin: false, via: 'service' });
    expect(user).toBe('judge');
  });
});
