import { isComplete, STATUS_FACTS } from '@gennaker/contracts/status';
import type { EngineEvent } from './events.ts';
import { changedTopology } from './graph.ts';
import type { ExecutionState, Json, StageState, TaskState } from './model.ts';
import { stageRecord } from './stage-record.ts';

/** A state that nobody else holds: its `stages` and its version are changed in place. */
type Draft = Omit<ExecutionState, 'stages' | 'version'> & {
  readonly stages: Record<string, StageState>;
  version: number;
};

/** Replaces one stage. Unknown stages change nothing: evolve is total. */
function withStage(state: Draft, stageId: string, change: (stage: StageState) => StageState): Draft {
  const stage = state.stages[stageId];
  if (stage) state.stages[stageId] = change(stage);
  return state;
}

function withTask(
  state: Draft,
  stageId: string,
  taskId: string,
  change: (task: TaskState) => TaskState,
  results: { readonly context?: Json | undefined; readonly outputs?: Json | undefined } = {},
): Draft {
  return withStage(state, stageId, (stage) => ({
    ...merged(stage, results),
    tasks: stage.tasks.map((task) => (task.id === taskId ? change(task) : task)),
  }));
}

/** Shallow merge of results, as Orca does; a stage's timeout never leaks to its descendants. */
function merged(
  stage: StageState,
  results: { readonly context?: Json | undefined; readonly outputs?: Json | undefined },
): StageState {
  if (!results.context && !results.outputs) return stage;
  const { stageTimeoutMs: _dropped, ...outputs } = results.outputs ?? {};
  return {
    ...stage,
    ...(results.context ? { context: { ...stage.context, ...results.context } } : {}),
    ...(results.outputs ? { outputs: { ...stage.outputs, ...outputs } } : {}),
  };
}

function without<T extends object, K extends keyof T>(value: T, ...keys: K[]): Omit<T, K> {
  const copy = { ...value };
  for (const key of keys) delete copy[key];
  return copy;
}

/** Applies one event. Pure; the first event makes the state. An event out of sequence throws, for it shows a broken history. */
export function evolve(state: ExecutionState | undefined, event: EngineEvent): ExecutionState {
  return evolveDraft(state && { ...state, stages: stageRecord(state.stages) }, event);
}

/** The same, for a state that nobody else holds: it and its record of stages are changed in place, the stages never are. */
export function evolveDraft(state: Draft | undefined, event: EngineEvent): ExecutionState {
  if (event.type === 'ExecutionCreated') return { ...event.execution, version: event.sequence };
  if (!state) throw new Error(`The history begins with ${event.type}; it must begin with ExecutionCreated.`);
  if (event.sequence !== state.version + 1)
    throw new Error(`Event ${event.sequence} of execution ${state.id} came after ${state.version}.`);
  const { type } = event;
  if (type === 'StagesPlanned' || type === 'StagesRemoved') changedTopology(state.stages);
  const next = apply(state, event);
  if (next !== state) return { ...next, version: event.sequence };
  // Only a stage changed: the draft itself goes on.
  state.version = event.sequence;
  return state;
}

/** The state that a history leads to. */
export function fold(events: readonly EngineEvent[]): ExecutionState | undefined {
  let state: ExecutionState | undefined;
  for (const event of events) {
    // What an event holds is the history's own, and stays as it is.
    const own = event.type === 'ExecutionCreated';
    state = own
      ? { ...evolveDraft(state, event), stages: stageRecord(event.execution.stages) }
      : evolveDraft(state, event);
  }
  return state;
}

function apply(state: Draft, event: EngineEvent): Draft {
  switch (event.type) {
    case 'ExecutionCreated':
      return state;
    case 'ExecutionStarted':
      return { ...without(state, 'reason'), status: 'RUNNING', startTime: event.at };
    case 'ExecutionQueued':
      return { ...state, reason: event.reason };
    case 'ExecutionRestarted':
      return restarted(state, event);
    case 'FailureIgnored':
      return withStage(state, event.stageId, (stage) => ({
        ...without(stage, 'beforeRestart'),
        status: 'FAILED_CONTINUE',
        reason: event.reason,
      }));
    case 'StageStarted':
      return withStage(state, event.stageId, (stage) => ({
        ...stage,
        status: 'RUNNING',
        startTime: event.at,
        context: event.context ?? stage.context,
        ...(event.timeoutMs === undefined ? {} : { timeoutMs: event.timeoutMs }),
        tasks: event.tasks.map((task, index) => ({
          id: String(index + 1),
          name: task.name,
          status: 'NOT_STARTED',
          attempt: (stage.attempts ?? 0) + 1,
          runs: 0,
          errors: 0,
          pausedMs: 0,
          ...(task.timeoutMs === undefined ? {} : { timeoutMs: task.timeoutMs }),
          ...(task.loop === undefined ? {} : { loop: task.loop }),
          ...(task.atEnd ? { atEnd: true } : {}),
        })),
      }));
    case 'StagesPlanned': {
      event.stages.forEach((stage, index) => {
        state.stages[stage.id] = { ...stage, position: state.nextPosition + index };
      });
      const planned = { ...state, nextPosition: state.nextPosition + event.stages.length };
      return withStage(planned, event.parentStageId, (stage) => ({
        ...stage,
        ...(event.phase === 'after' ? { afterPlanned: true } : {}),
        ...(event.phase === 'onFailure' ? { failurePlanned: true } : {}),
      }));
    }
    case 'StagePlanFailed':
      return withStage(state, event.stageId, (stage) => ({
        ...stage,
        planFailed: true,
        reason: event.reason,
        context: { ...stage.context, exception: exceptionOf(event.reason, 'plan', event.at) },
      }));
    case 'StagesRemoved': {
      for (const id of event.stageIds) delete state.stages[id];
      return state;
    }
    case 'TaskStarted':
      return withStage(state, event.stageId, (stage) => ({
        ...stage,
        context: event.context ?? stage.context,
        tasks: stage.tasks.map((task) =>
          task.id === event.taskId ? { ...task, status: 'RUNNING', startTime: event.at } : task,
        ),
      }));
    case 'TaskWaiting':
      return withTask(
        state,
        event.stageId,
        event.taskId,
        (task) => ({
          ...without(task, 'reason', 'woken', 'waiting'),
          runs: task.runs + 1,
          errors: event.failed ? task.errors + 1 : 0,
          ...(task.woken ? {} : { waiting: event.until === undefined ? {} : { until: event.until } }),
          ...(event.reason ? { reason: event.reason } : {}),
        }),
        event,
      );
    case 'TaskWoken':
      return withTask(state, event.stageId, event.taskId, (task) => {
        const asleep = task.waiting && (task.waiting.until === undefined || task.waiting.until > event.at);
        return asleep ? without(task, 'waiting') : { ...task, woken: true };
      });
    case 'TaskCompleted':
      return withTask(
        state,
        event.stageId,
        event.taskId,
        (task) => ({
          ...without(task, 'reason', 'woken', 'waiting'),
          status: event.status,
          runs: task.runs + 1,
          endTime: event.at,
          ...(event.goesOn ? { goesOn: true } : {}),
          ...(event.cleanup ? { cleanup: true } : {}),
          ...(event.reason ? { reason: event.reason } : {}),
        }),
        event,
      );
    case 'TasksRepeated':
      return withStage(state, event.stageId, (stage) => ({
        ...merged(stage, event),
        tasks: stage.tasks.map((task) =>
          event.taskIds && !event.taskIds.includes(task.id)
            ? task
            : {
                ...without(task, 'reason', 'woken', 'waiting', 'startTime', 'endTime', 'goesOn'),
                status: 'NOT_STARTED',
                attempt: task.attempt + 1,
                runs: 0,
                errors: 0,
                pausedMs: 0,
              },
        ),
      }));
    case 'CleanupAsked':
      return withTask(state, event.stageId, event.taskId, (task) => ({ ...task, cleanup: true }));
    case 'CleanupDone':
      return withTask(state, event.stageId, event.taskId, (task) => without(task, 'cleanup'));
    case 'StagePatched':
      return withStage(state, event.stageId, (stage) => ({
        ...stage,
        context: { ...stage.context, ...event.context },
        lastModified: {
          user: event.user,
          lastModifiedTime: event.at,
          ...(event.roles ? { roles: event.roles } : {}),
          ...(event.admin ? { admin: true } : {}),
          ...(event.scope ? { scope: event.scope } : {}),
        },
      }));
    case 'StagePatchRefused':
      return state;
    case 'StagePrepared':
      return withStage(state, event.stageId, (stage) => ({ ...stage, context: event.context }));
    case 'LookedUp':
      return withStage(state, event.stageId, (stage) => ({
        ...stage,
        answers: { ...stage.answers, [event.key]: event.answer },
      }));
    case 'StageCompleted':
      return withStage(state, event.stageId, (stage) => ({
        ...stage,
        status: event.status,
        endTime: event.at,
        ...(event.context ? { context: { ...stage.context, ...event.context } } : {}),
        ...(event.reason ? { reason: event.reason } : {}),
      }));
    case 'CancelRequested':
      return {
        ...state,
        canceled: true,
        canceledBy: event.user,
        ...(event.reason === undefined ? {} : { cancellationReason: event.reason }),
      };
    case 'ExecutionPaused':
      return {
        ...mapRunning(state, 'RUNNING', 'PAUSED', 0),
        status: 'PAUSED',
        paused: { pausedBy: event.user, pauseTime: event.at },
      };
    case 'ExecutionResumed': {
      const pauseTime = state.paused?.pauseTime ?? event.at;
      return {
        ...mapRunning(state, 'PAUSED', 'RUNNING', event.at - pauseTime),
        status: 'RUNNING',
        paused: {
          pausedBy: state.paused?.pausedBy ?? event.user,
          pauseTime,
          resumedBy: event.user,
          resumeTime: event.at,
        },
      };
    }
    case 'ExecutionCompleted':
      return {
        ...state,
        status: event.status,
        endTime: event.at,
        ...(event.reason ? { reason: event.reason } : {}),
      };
  }
}

function restarted(state: Draft, event: Extract<EngineEvent, { type: 'ExecutionRestarted' }>): Draft {
  const stages = stageRecord();
  const again = new Map(event.stages.map((stage) => [stage.id, stage]));
  for (const [id, stage] of Object.entries(state.stages)) {
    if (event.removed.includes(id)) continue;
    const fresh = again.get(id);
    if (fresh)
      stages[id] = {
        ...without(
          stage,
          'startTime',
          'endTime',
          'reason',
          'planFailed',
          'afterPlanned',
          'failurePlanned',
          'lastModified',
          'beforeRestart',
          'answers',
        ),
        status: 'NOT_STARTED',
        tasks: [],
        pausedMs: 0,
        attempts: Math.max(stage.attempts ?? 0, ...stage.tasks.map((task) => task.attempt)),
        context: fresh.context,
        outputs: fresh.outputs,
      };
    else stages[id] = STATUS_FACTS[stage.status].halt ? { ...stage, beforeRestart: true } : stage;
  }
  const begins = isComplete(state.status);
  return {
    ...without(state, 'reason', 'endTime', 'canceledBy', 'cancellationReason'),
    canceled: false,
    ...(event.queued
      ? { status: 'NOT_STARTED', reason: event.queued }
      : begins
        ? { status: 'RUNNING', startTime: event.at }
        : {}),
    stages,
  };
}

function mapRunning(state: Draft, from: 'RUNNING' | 'PAUSED', to: 'RUNNING' | 'PAUSED', pausedMs: number): Draft {
  const stages = stageRecord();
  for (const [id, stage] of Object.entries(state.stages))
    stages[id] =
      stage.status !== from
        ? stage
        : {
            ...stage,
            status: to,
            pausedMs: stage.pausedMs + pausedMs,
            tasks: stage.tasks.map((task) =>
              task.status === from ? { ...task, status: to, pausedMs: task.pausedMs + pausedMs } : task,
            ),
          };
  return { ...state, stages };
}

/** The `exception` of a stage's context, in Orca's shape. */
export function exceptionOf(
  reason: { readonly summary: string; readonly next?: string | undefined },
  operation: string,
  at: number,
): Json {
  return {
    timestamp: at,
    exceptionType: 'StageFailure',
    operation,
    shouldRetry: false,
    details: { error: reason.summary, errors: reason.next ? [reason.summary, reason.next] : [reason.summary] },
  };
}
