import { namedOnly } from '@gennaker/contracts/people';
import { STATUSES } from '@gennaker/contracts/status';
import { describe, expect, it } from 'vitest';
import { Run, frozen, stage } from './engine.fixture.ts';
import { decide } from './decide.ts';
import { evolve } from './evolve.ts';
import type { Message } from './messages.ts';
import type { ExecutionState } from './model.ts';

/** An execution with one stage in it that runs, below it a synthetic one. */
function begun(): Run {
  const slow = { tasks: [['RUNNING']] } as const;
  const r = new Run([stage('1', [], { ...slow, after: [{ name: 'a', ...slow }] }), stage('2', ['1'], slow)]);
  r.send({ type: 'Start' });
  return r;
}

/** The same execution with these statuses, whether or not they fit each other. */
function forced(r: Run, execution: string, one: string, task: string): ExecutionState {
  const id = r.stage('1').id;
  const copy = JSON.parse(JSON.stringify(r.state)) as {
    status: string;
    stages: Record<string, { status: string; tasks: { status: string }[] }>;
  };
  copy.status = execution;
  const target = copy.stages[id];
  if (target) {
    target.status = one;
    for (const each of target.tasks) each.status = task;
  }
  return frozen(copy as unknown as ExecutionState);
}

function messages(r: Run): Message[] {
  const at = { stageId: r.stage('1').id, taskId: '1', attempt: 1 };
  const by = namedOnly('ann');
  return [
    { type: 'Start' },
    { type: 'Tick' },
    ...STATUSES.map((status): Message => ({ type: 'TaskReturned', ...at, run: 0, result: { status } })),
    { type: 'CleanupReturned', ...at },
    { type: 'Patch', stageId: at.stageId, patch: { manualSkip: true }, by },
    { type: 'LookedUp', stageId: at.stageId, key: 'k', answer: { value: 1 } },
    { type: 'Wake', stageId: at.stageId, cause: 'test' },
    { type: 'Cancel', user: 'ann' },
    { type: 'ForceCancel', user: 'ann' },
    { type: 'Queue', reason: { summary: 'in line' } },
    { type: 'Restart', stageId: at.stageId, by, admitted: true },
    { type: 'Restart', stageId: at.stageId, by, admitted: false },
    { type: 'IgnoreFailure', stageId: at.stageId, by },
    { type: 'Pause', user: 'ann' },
    { type: 'Resume', user: 'ann' },
  ];
}

/** Messages of which a repeat means nothing. */
const ONCE: ReadonlySet<Message['type']> = new Set([
  'Start',
  'TaskReturned',
  'CleanupReturned',
  'LookedUp',
  'Cancel',
  'ForceCancel',
  'Queue',
  'Pause',
  'Resume',
]);

describe('every message in every status', () => {
  const r = begun();
  it.each(STATUSES)(
    'is handled when the execution is %s: never an error, events in sequence, state as their fold, a repeat means nothing',
    (execution) => {
      for (const one of STATUSES)
        for (const task of STATUSES)
          for (const message of messages(r)) {
            const state = forced(r, execution, one, task);
            const decision = decide(state, frozen(message), r.env());
            const folded = decision.events.reduce((at, event) => evolve(at, event), state);
            expect(folded).toEqual(decision.state);
            if (ONCE.has(message.type)) expect(decide(decision.state, message, r.env()).events).toEqual([]);
            for (const effect of decision.effects) expect(decision.state.stages[effect.stageId]).toBeDefined();
          }
    },
  );
  it('an unknown stage means nothing to anybody', () => {
    for (const message of messages(r)) {
      if (!('stageId' in message)) continue;
      const { events } = decide(r.state, { ...message, stageId: 'nobody' }, r.env());
      expect(events).toEqual([]);
    }
  });
});
