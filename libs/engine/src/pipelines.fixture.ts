import type { Status } from '@gennaker/contracts/status';
import { isComplete } from '@gennaker/contracts/status';
import fc from 'fast-check';
import { expect } from 'vitest';
import type { PostedStage } from './create.ts';
import { decide } from './decide.ts';
import { Run, type Script, type ScriptedStage, stage } from './engine.fixture.ts';
import type { EngineEvent } from './events.ts';
import type { Effect, Message } from './messages.ts';

/** How tasks may end: anything. */
export const ANY_END: readonly Status[] = [
  'SUCCEEDED',
  'SUCCEEDED',
  'SUCCEEDED',
  'TERMINAL',
  'CANCELED',
  'FAILED_CONTINUE',
  'STOPPED',
  'SKIPPED',
  'REDIRECT',
];

const taskOf = (ends: readonly Status[]): fc.Arbitrary<Status[]> =>
  fc
    .tuple(fc.nat(2), fc.constantFrom(...ends))
    .map(([polls, last]) => [...Array.from({ length: polls }, () => 'RUNNING' as const), last]);
const modes = fc.record(
  {
    failPipeline: fc.boolean(),
    continuePipeline: fc.boolean(),
    completeOtherBranchesThenFail: fc.boolean(),
    allowSiblingStagesToContinueOnFailure: fc.boolean(),
  },
  { requiredKeys: [] },
);
const limits = fc.record({ stageTimeoutMs: fc.constantFrom(5, 15, 100_000) }, { requiredKeys: [] });
const flags = fc.tuple(modes, limits).map(([mode, limit]) => ({ ...mode, ...limit }));
const scriptOf = (ends: readonly Status[], depth: number, below: () => fc.Arbitrary<ScriptedStage[]>) =>
  fc.record({
    tasks: fc.array(taskOf(ends), { maxLength: 3 }),
    loops: fc.constantFrom<Script['loops'] & {}>([], ['both'], ['start', 'end'], [undefined, 'start', 'end']),
    cleanup: fc.boolean(),
    planFails: fc.nat(20).map((n) => n === 0 && ends === ANY_END),
    ...(depth === 0 ? {} : { before: below(), after: below(), onFailure: below() }),
  });
const synthetics = (ends: readonly Status[], depth: number): fc.Arbitrary<ScriptedStage[]> =>
  fc
    .array(
      fc.tuple(
        scriptOf(ends, depth, () => synthetics(ends, depth - 1)),
        ends === ANY_END ? flags : fc.constant({}),
        fc.nat(),
      ),
      {
        maxLength: 2,
      },
    )
    .map((list) =>
      list.map(([one, some, pick], index) => ({
        ...one,
        name: `s${index}`,
        flags: some,
        ...(index > 0 && pick % 2 === 0 ? { waitsFor: [index - 1] } : {}),
      })),
    );

/** Pipelines: each stage may depend on any in front of it. Of `most` stages, each with up to six synthetic ones, which may have some too. */
export const pipelines = (
  most: number,
  depth: number,
  ends: readonly Status[] = ANY_END,
  endsBelow = ends,
): fc.Arbitrary<PostedStage[]> =>
  fc
    .array(
      fc.tuple(
        scriptOf(ends, depth, () => synthetics(endsBelow, depth - 1)),
        ends === ANY_END ? flags : modes,
        fc.array(fc.nat(), { maxLength: 3 }),
      ),
      { minLength: 1, maxLength: most, size: 'max' },
    )
    .map((list) =>
      list.map(([one, some, picks], index) =>
        stage(String(index), index === 0 ? [] : [...new Set(picks.map((pick) => String(pick % index)))], one, some),
      ),
    );

export const UPSTREAM_OK: ReadonlySet<Status> = new Set(['SUCCEEDED', 'FAILED_CONTINUE', 'SKIPPED']);

/** A run whose every event is checked against what it must never break. */
export class Checked extends Run {
  readonly #started = new Set<string>();
  /** Runs whose result was taken: `stage/task/attempt/run`. */
  readonly #taken = new Set<string>();

  override check(event: EngineEvent): void {
    const here = Object.values(this.state.stages);
    if (event.type === 'ExecutionRestarted') {
      for (const { id } of event.stages) this.#started.delete(id);
      return;
    }
    if (event.type === 'StageStarted') {
      const one = this.state.stages[event.stageId];
      expect(this.#started.has(event.stageId)).toBe(false);
      this.#started.add(event.stageId);
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

  /** Besides: one result per run and key, no run asked for whose result was taken, and nothing left that could have moved. */
  override send(message: Message): readonly EngineEvent[] {
    const asked = this.asked.length;
    const events = super.send(message);
    if (message.type === 'TaskReturned' && events.some((event) => TAKES.has(event.type))) {
      const key = `${message.stageId}/${message.taskId}/${message.attempt}/${message.run}`;
      expect(this.#taken.has(key)).toBe(false);
      this.#taken.add(key);
    }
    for (const effect of this.asked.slice(asked))
      if (effect.type === 'RunTask')
        expect(this.#taken.has(`${effect.stageId}/${effect.taskId}/${effect.attempt}/${effect.run}`)).toBe(false);
    if (message.type === 'TaskReturned')
      expect(decide(this.state, { type: 'Wake', stageId: 'nobody', cause: 'test' }, this.env()).events).toEqual([]);
    return events;
  }

  /** What the script says; a task that redirects does so until its attempt is a multiple of three. */
  override answer(effect: Extract<Effect, { type: 'RunTask' }>): Message {
    const message = super.answer(effect);
    return message.type === 'TaskReturned' && message.result.status === 'REDIRECT' && effect.attempt % 3 === 0
      ? { ...message, result: { ...message.result, status: 'SUCCEEDED' } }
      : message;
  }

  /** What comes back from an effect. */
  reply(effect: Effect): Message | undefined {
    if (effect.type === 'RunTask') return this.answer(effect);
    if (effect.type !== 'CleanUp') return undefined;
    const { stageId, taskId, attempt } = effect;
    return { type: 'CleanupReturned', stageId, taskId, attempt };
  }

  /** Everything that must hold when it is over. */
  checkEnd(): void {
    expect(this.folded).toEqual(this.state);
    expect(endsThatFit(this)).toContain(this.state.status);
    expect(this.state.endTime).toBeDefined();
    for (const one of Object.values(this.state.stages)) {
      expect(isComplete(one.status) || one.status === 'NOT_STARTED').toBe(true);
      if (isComplete(one.status) && one.status !== 'SUCCEEDED') expect(one.reason?.summary).toBeTruthy();
      for (const task of one.tasks) {
        expect(task.cleanup).toBeUndefined();
        expect(isComplete(task.status) || task.status === 'NOT_STARTED').toBe(true);
        expect(task.waiting).toBeUndefined();
      }
    }
    if (this.state.status !== 'SUCCEEDED') expect(this.state.reason?.summary).toBeTruthy();
  }
}

const TAKES: ReadonlySet<EngineEvent['type']> = new Set(['TaskCompleted', 'TaskWaiting', 'TasksRepeated']);

/** The table of an execution's status, written again. */
function endsThatFit(run: Run): Status[] {
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
