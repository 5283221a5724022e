import { ServiceError } from '@gennaker/contracts/error';
import type { Identity } from '@gennaker/contracts/people';
import type { Reason } from '@gennaker/contracts/execution';
import { actingFor } from './acting-for.ts';
import { planView, plannedStage } from './lookup.ts';
import type { Env, RunResult } from './messages.ts';
import { RunContext, Unanswered } from './run-context.ts';
import type { ExecutionState, Json, LookupAnswer, StageState, TaskState } from './model.ts';
import type { AnyStageDefinition, TaskDefinition } from '@gennaker/extension-sdk/stage';
import type { z } from 'zod';
import type { Ports } from '@gennaker/extension-sdk/ports';

/** What runs of tasks need: time, the services, and what the engine decides with. */
export interface TaskWorld {
  readonly clock: { now(): number; after(ms: number, fn: () => void): () => void };
  readonly ports: Ports;
  env(): Env;
  /** Answers a look-up of an expression. Never throws. */
  lookUp(
    lookup: Json,
    asking: { readonly application: string; readonly identity: Identity } & Pick<TaskRun, 'signal' | 'traceparent'>,
  ): Promise<LookupAnswer>;
}

/** One run of a task, or of its clean-up. */
export interface TaskRun {
  readonly state: ExecutionState;
  readonly stage: StageState;
  readonly task: TaskState;
  readonly traceparent: string;
  readonly signal: AbortSignal;
}

/** Longest pause between attempts after errors that may pass. */
const MAX_BACKOFF_MS = 15_000;
/** What a task has to end by itself after its signal. */
const GRACE_MS = 2_000;
const CLEANUP_MS = 30_000;
const CLEANUP_TRIES = 4;
/** Look-ups of one run; beyond, what else an expression wants to know is refused. */
const MOST_LOOKUPS = 50;

/** Runs a task once and makes of whatever happens a result that the engine takes: answers, refusals and errors that may pass. */
export async function runTask(world: TaskWorld, run: TaskRun): Promise<RunResult> {
  try {
    const { definition, task } = findTask(world, run);
    const context = contextOf(definition, run.stage);
    const answers: Record<string, LookupAnswer> = { ...run.stage.answers };
    for (let left = MOST_LOOKUPS; ;) {
      const ask = left > 0;
      try {
        return await untilAborted(world, task.run(new RunContext(world, run, { context, answers, ask })), run.signal);
      } catch (error) {
        if (!(error instanceof Unanswered)) throw error;
        left -= error.lookups.length;
        for (const { key, lookup } of error.lookups) answers[key] = await lookUpFor(world, run, lookup);
      }
    }
  } catch (error) {
    return failure(error, run.task);
  }
}

/** Asks the outside what an expression of a stage wants to know, as whoever the stage acts as. */
export function lookUpFor(world: TaskWorld, run: Omit<TaskRun, 'task'>, lookup: Json): Promise<LookupAnswer> {
  const { state, stage, signal, traceparent } = run;
  const { application } = state;
  return world.lookUp(lookup, { application, identity: actingFor(state, stage), signal, traceparent });
}

/** Runs a task's clean-up; the answer is what went wrong after several attempts, if anything did. */
export async function cleanUpTask(world: TaskWorld, run: Omit<TaskRun, 'signal'>): Promise<string | undefined> {
  for (let attempt = 1; ; attempt++) {
    const signal = AbortSignal.timeout(CLEANUP_MS);
    try {
      const { definition, task } = findTask(world, { ...run, signal });
      const hook = task.onEnd ?? task.onCancel;
      const context = contextOf(definition, run.stage);
      const done = hook?.call(task, new RunContext(world, { ...run, signal }, { context, keySuffix: ':cancel' }));
      await untilAborted(world, done ?? Promise.resolve(), signal);
      return undefined;
    } catch (error) {
      if (attempt >= CLEANUP_TRIES || !mayPass(error)) return error instanceof Error ? error.message : String(error);
      await new Promise<void>((resolve) => void world.clock.after(500 * 2 ** attempt, resolve));
    }
  }
}

function findTask(world: TaskWorld, run: TaskRun): { definition: AnyStageDefinition; task: TaskDefinition<never> } {
  const { stage, state } = run;
  const env = world.env();
  const definition = env.definition(stage.type) ?? env.definition(String(stage.context['alias'] ?? ''));
  const task = definition
    ?.tasks(plannedStage(stage), planView(state, stage, env))
    .find((one) => one.name === run.task.name);
  if (!definition || !task)
    throw new ServiceError(
      422,
      `The stage type ${stage.type} has no task ${run.task.name} any more: it was planned by another version`,
      { fix: 'start the execution again' },
    );
  return { definition, task };
}

/** The stage's context, parsed by its type's schema. */
function contextOf(definition: AnyStageDefinition, stage: StageState): unknown {
  const parsed = definition.schema.safeParse(stage.context);
  if (!parsed.success) throw new InvalidContext(stage, parsed.error);
  return parsed.data;
}

/** The stage's settings do not fit its type. */
class InvalidContext extends Error {
  readonly reason: Reason;
  constructor(stage: StageState, error: z.ZodError) {
    const issues = error.issues.map((issue) => `${issue.path.join('.') || 'the stage'}: ${issue.message}`);
    super(issues.join('; '));
    this.reason = {
      summary: `The settings of "${stage.name}" (${stage.type}) cannot be used: ${issues.join('; ')}`,
      evidence: { fields: error.issues.map((issue) => issue.path.join('.')) },
      next: "correct these fields in the pipeline's editor and start again",
    };
  }
}

function failure(error: unknown, task: TaskState): RunResult {
  if (error instanceof InvalidContext) return { status: 'TERMINAL', reason: error.reason };
  const message = error instanceof Error ? error.message : String(error);
  const details = error instanceof ServiceError ? error.details : {};
  const evidence = error instanceof ServiceError ? { status: error.status, ...details } : {};
  if (mayPass(error)) {
    const wakeAfterMs = Math.min(500 * 2 ** Math.min(task.errors, 10), MAX_BACKOFF_MS);
    return {
      status: 'RUNNING',
      failed: true,
      wakeAfterMs,
      reason: {
        summary: `${message} (attempt ${task.errors + 1})`,
        evidence,
        next: `it is tried again in ${(wakeAfterMs / 1000).toFixed(1)} s`,
      },
    };
  }
  return {
    status: 'TERMINAL',
    reason: { summary: message, evidence, ...(typeof details.fix === 'string' ? { next: details.fix } : {}) },
  };
}

/** Worth another try with the same key: nobody answered, the service is overloaded or away, or the run's own deadline passed. */
function mayPass(error: unknown): boolean {
  if (error instanceof ServiceError) return [429, 502, 503, 504].includes(error.status);
  return error instanceof Error && (error.name === 'TimeoutError' || error.name === 'AbortError');
}

/** The task's answer, or the abort: a task that does not end some time after its signal cannot hold an execution. */
function untilAborted<T>(world: TaskWorld, work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const give = (): void => reject(signal.reason instanceof Error ? signal.reason : new Error('aborted'));
    const stop = (): void => void world.clock.after(GRACE_MS, give);
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}
