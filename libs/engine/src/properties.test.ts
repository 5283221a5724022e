import type { Status } from '@gennaker/contracts/status';
import { isComplete } from '@gennaker/contracts/status';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Run, type Script, type ScriptedStage, stage } from './engine.fixture.ts';
import { nextWake } from './decide/timers.ts';
import type { EngineEvent } from './events.ts';
import type { Effect, Message } from './messages.ts';

const outcome = fc.constantFrom<Status>(
  'SUCCEEDED',
  'SUCCEEDED',
  'SUCCEEDED',
  'TERMINAL',
  'CANCELED',
  'FAILED_CONTINUE',
  'STOPPED',
  'SKIPPED',
);
const task = fc
  .tuple(fc.nat(2), outcome)
  .map(([polls, last]) => [...Array.from({ length: polls }, () => 'RUNNING' as const), last]);
const flags = fc.record(
  {
    failPipeline: fc.boolean(),
    continuePipeline: fc.boolean(),
    completeOtherBranchesThenFail: fc.boolean(),
    allowSiblingStagesToContinueOnFailure: fc.boolean(),
    stageTimeoutMs: fc.constantFrom(5, 15, 100_000),
  },
  { requiredKeys: [] },
);
const script = (depth: number): fc.Arbitrary<Script> =>
  fc.record({
    tasks: fc.array(task, { maxLength: 2 }),
    cleanup: fc.boolean(),
    planFails: fc.nat(20).map((n) => n === 0),
    ...(depth === 0
      ? {}
      : { before: synthetics(depth - 1), after: synthetics(depth - 1), onFailure: synthetics(depth - 1) }),
  });
const synthetics = (depth: number): fc.Arbitrary<ScriptedStage[]> =>
  fc.array(fc.tuple(script(depth), flags, fc.nat()), { maxLength: 2 }).map((list) =>
    list.map(([one, some, pick], index) => ({
      ...one,
      name: `s${index}`,
      flags: some,
      ...(index > 0 && pick % 2 === 0 ? { waitsFor: [index - 1] } : {}),
    })),
  );
/** A DAG: each stage may depend on any in front of it. */
const dag = fc
  .array(fc.tuple(script(1), flags, fc.array(fc.nat(), { maxLength: 3 })), { minLength: 1, maxLength: 6 })
  .map((list) =>
    list.map(([one, some, picks], index) =>
      stage(String(index), index === 0 ? [] : [...new Set(picks.map((pick) => String(pick % index)))], one, some),
    ),
  );

const UPSTREAM_OK = new Set<Status>(['SUCCEEDED', 'FAILED_CONTINUE', 'SKIPPED']);

/** A run whose every event is checked against what it must never break. */
class Checked extends Run {
  readonly started = new Set<string>();
  readonly results = new Map<string, number>();

  override check(event: EngineEvent): void {
    const here = Object.values(this.state.stages);
    if (event.type === 'StageStarted') {
      const one = this.state.stages[event.stageId];
      expect(this.started.has(event.stageId)).toBe(false);
      this.started.add(event.stageId);
      for (const ref of one?.requisiteStageRefIds ?? []) {
        const requisite = here.find((other) => other.refId === ref && other.parentStageId === one?.parentStageId);
        expect(requisite && UPSTREAM_OK.has(requisite.status)).toBe(true);
      }
      if (one?.parentStageId !== undefined) expect(this.state.stages[one.parentStageId]?.status).toBe('RUNNING');
    }
    if (event.type === 'StageCompleted')
      expect(isComplete(this.state.stages[event.stageId]?.status ?? 'SUCCEEDED')).toBe(false);
    if (event.type === 'TaskStarted') {
      const one = this.state.stages[event.stageId];
      const at = one?.tasks.findIndex((each) => each.id === event.taskId) ?? 0;
      for (const earlier of one?.tasks.slice(0, at) ?? []) expect(isComplete(earlier.status)).toBe(true);
      const before = here.filter(
        (each) => each.parentStageId === event.stageId && each.syntheticStageOwner === 'STAGE_BEFORE',
      );
      for (const each of before) expect(isComplete(each.status)).toBe(true);
    }
    expect(isComplete(this.state.status)).toBe(false);
  }
}

/** The table of facts/orca 1.2, written again. */
function expected(run: Run): Status[] {
  const top = Object.values(run.state.stages).filter((one) => one.parentStageId === undefined);
  const has = (status: Status) => top.some((one) => one.status === status);
  if (run.state.canceled) return ['CANCELED'];
  if (top.every((one) => UPSTREAM_OK.has(one.status))) return ['SUCCEEDED'];
  if (has('TERMINAL')) return ['TERMINAL', ...(has('CANCELED') ? (['CANCELED'] as const) : [])];
  if (has('CANCELED')) return ['CANCELED'];
  return top.some((one) => one.status === 'STOPPED' && one.context['completeOtherBranchesThenFail'] === true)
    ? ['TERMINAL']
    : ['SUCCEEDED'];
}

describe('any pipeline, any outcomes, any order of deliveries, with repeats', () => {
  it('ends, joins exactly, takes each result once, and is the fold of its events', () => {
    fc.assert(
      fc.property(
        dag,
        fc.infiniteStream(fc.nat(1_000)),
        fc.option(fc.nat(60), { nil: undefined }),
        (stages, dice, cancelAt) => {
          const run = new Checked(stages);
          const roll = (): number => dice.next().value as number;
          run.send({ type: 'Start' });
          const applied = new Map<string, number>();
          for (let step = 0; !isComplete(run.state.status); step++) {
            expect(step).toBeLessThan(5_000);
            if (step === cancelAt) run.send({ type: 'Cancel', user: 'ann' });
            const dieFace = roll() % 10;
            if (dieFace === 0 && run.messages.length > 0) {
              // A repeat of anything earlier changes nothing, unless it is a command that still means something.
              const again = run.messages[roll() % run.messages.length] as Message;
              const version = run.state.version;
              run.send(again);
              if (again.type === 'TaskReturned' || again.type === 'CleanupReturned' || again.type === 'Start')
                expect(run.state.version).toBe(version);
              continue;
            }
            if (dieFace === 1) {
              run.send({ type: 'Tick' });
              continue;
            }
            if (dieFace === 2) {
              const all = Object.keys(run.state.stages);
              run.send({ type: 'Wake', stageId: all[roll() % all.length] ?? '', cause: 'test' });
              continue;
            }
            const [effect] = run.asked.length > 0 ? run.asked.splice(roll() % run.asked.length, 1) : [];
            if (!effect) {
              const wake = nextWake(run.state);
              run.now = Math.max(run.now + 1, wake ?? 0);
              const before = run.asked.length;
              run.send({ type: 'Tick' });
              expect(run.asked.length > before || isComplete(run.state.status) || wake !== undefined).toBe(true);
              continue;
            }
            run.now += roll() % 3;
            const message = answer(run, effect);
            if (!message) continue;
            const events = run.send(message);
            if (message.type === 'TaskReturned' && events.length > 0) {
              const key = `${message.stageId}/${message.taskId}/${message.attempt}/${message.run}`;
              const counted = events.some(
                (one) =>
                  (one.type === 'TaskCompleted' || one.type === 'TaskWaiting') && one.stageId === message.stageId,
              );
              if (counted) applied.set(key, (applied.get(key) ?? 0) + 1);
            }
          }
          for (const count of applied.values()) expect(count).toBe(1);
          expect(run.folded).toEqual(run.state);
          expect(expected(run)).toContain(run.state.status);
          for (const one of Object.values(run.state.stages)) {
            expect(isComplete(one.status) || one.status === 'NOT_STARTED').toBe(true);
            if (['TERMINAL', 'STOPPED', 'CANCELED', 'SKIPPED', 'FAILED_CONTINUE'].includes(one.status))
              expect(one.reason?.summary).toBeTruthy();
          }
          // Once it is over nothing means anything any more.
          for (const message of run.messages.slice(0, 50)) expect(run.send(message)).toEqual([]);
        },
      ),
      { numRuns: 300 },
    );
  }, 60_000);
});

function answer(run: Run, effect: Effect): Message | undefined {
  if (effect.type === 'RunTask') return run.answer(effect);
  if (effect.type === 'CleanUp')
    return { type: 'CleanupReturned', stageId: effect.stageId, taskId: effect.taskId, attempt: effect.attempt };
  return undefined;
}
