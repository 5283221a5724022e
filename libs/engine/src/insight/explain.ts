import type { Reason, StageView } from '@gennaker/contracts/execution';
import type { Explanation, ExplanationItem } from '@gennaker/contracts/orca-insight';
import { isComplete, STATUS_FACTS, type Status } from '@gennaker/contracts/status';
import type { ExecutionState } from '../model.ts';
import { executionView } from '../view.ts';

/** What the shell knows beside the state. */
export interface Surroundings {
  /** Epoch milliseconds. */
  readonly now: number;
  /** Why it has no slot yet, in the words of the queue. */
  readonly queue?: Reason | undefined;
  /** Why no engine takes it any further: all are paused, or it was set aside. */
  readonly held?: Reason | undefined;
}

const quoted = (names: readonly string[]): string => names.map((name) => `"${name}"`).join(', ');
const sentence = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);

/** Why an execution and each of its stages are where they are. Total: it answers for any state. */
export function explain(state: ExecutionState, around: Surroundings): Explanation {
  const stages = executionView(state).stages;
  const items = stages
    .filter((stage) => stage.status !== 'SUCCEEDED')
    .flatMap((stage) => itemsOf(state, stages, stage))
    .toSorted((a, b) => a.rank - b.rank)
    .map(({ item }) => item);
  const own = ownItem(state, around);
  const all = own ? [own, ...items] : items;
  return {
    executionId: state.id,
    status: state.status,
    moving: moves(state, around),
    summary: summary(state, stages, all, around),
    items: all,
  };
}

/** True while something runs or is due by the clock. */
function moves(state: ExecutionState, around: Surroundings): boolean {
  if (around.held) return false;
  if (state.status === 'NOT_STARTED') return !around.queue && !state.reason;
  if (state.status !== 'RUNNING') return false;
  return Object.values(state.stages).some((stage) =>
    stage.tasks.some(
      (task) =>
        task.cleanup === true ||
        (stage.status === 'RUNNING' &&
          task.status === 'RUNNING' &&
          (!task.waiting || task.waiting.until !== undefined)),
    ),
  );
}

function ownItem(state: ExecutionState, around: Surroundings): ExplanationItem | undefined {
  const base = { id: state.id, name: state.name, status: state.status };
  if (around.held && !isComplete(state.status)) return { subject: 'execution', ...base, reason: around.held };
  if (state.status === 'NOT_STARTED') {
    const queued = around.queue ?? state.reason;
    return queued
      ? { subject: 'queue', ...base, since: state.buildTime, reason: queued }
      : {
          subject: 'execution',
          ...base,
          since: state.buildTime,
          reason: {
            summary: 'No engine has taken it up yet',
            evidence: { accepted: state.buildTime, waitedMs: Math.max(0, around.now - state.buildTime) },
            next: 'an engine that has room takes it, as a rule within a second; none does while all are paused or stopped',
          },
        };
  }
  if (state.status === 'PAUSED')
    return {
      subject: 'execution',
      ...base,
      ...(state.paused ? { since: state.paused.pauseTime } : {}),
      reason: {
        summary: `Paused by ${state.paused?.pausedBy ?? 'somebody'}`,
        evidence: { ...state.paused },
        next: 'resume it, and it goes on where it stands',
      },
    };
  if (!state.reason) return undefined;
  return {
    subject: 'execution',
    ...base,
    ...(state.endTime === undefined ? {} : { since: state.endTime }),
    reason: state.reason,
  };
}

interface Ranked {
  readonly item: ExplanationItem;
  /** The lower, the more it tells. */
  readonly rank: number;
}

function itemsOf(state: ExecutionState, stages: readonly StageView[], stage: StageView): Ranked[] {
  const reason = stage.reason ?? derived(state, stages, stage);
  const busy = stages.some((child) => child.parentStageId === stage.id && child.status === stage.status);
  const since = stage.endTime ?? stage.startTime;
  const rank = rankOf(stage.status) + (busy ? 0.5 : 0);
  const ranked: Ranked[] = [
    {
      rank,
      item: {
        subject: 'stage',
        id: stage.id,
        name: stage.name,
        status: stage.status,
        ...(since === undefined ? {} : { since }),
        reason,
      },
    },
  ];
  for (const task of stage.tasks) {
    if (!task.reason || task.status === 'SUCCEEDED' || task.reason.summary === reason.summary) continue;
    const at = task.endTime ?? task.startTime;
    ranked.push({
      rank: rank + 0.2,
      item: {
        subject: 'task',
        id: `${stage.id}/${task.id}`,
        name: task.name,
        status: task.status,
        ...(at === undefined ? {} : { since: at }),
        reason: task.reason,
      },
    });
  }
  return ranked;
}

function rankOf(status: Status): number {
  if (status === 'TERMINAL' || status === 'STOPPED') return 0;
  if (status === 'RUNNING' || status === 'PAUSED') return 1;
  const rest: readonly Status[] = ['FAILED_CONTINUE', 'CANCELED', 'SKIPPED', 'NOT_STARTED'];
  const place = rest.indexOf(status);
  return place < 0 ? 1 : 2 + place;
}

/** A reason from what is around a stage that has none of its own. */
function derived(state: ExecutionState, stages: readonly StageView[], stage: StageView): Reason {
  const children = stages.filter((child) => child.parentStageId === stage.id);
  const parent = stages.find((other) => other.id === stage.parentStageId);
  switch (stage.status) {
    case 'NOT_STARTED':
      if (state.status === 'NOT_STARTED') return { summary: 'Begins when the execution does' };
      if (parent && !isComplete(parent.status))
        return { summary: `Waits until "${parent.name}", which it belongs to, comes to it` };
      return { summary: 'It can begin, and is about to' };
    case 'RUNNING': {
      const task = stage.tasks.find((one) => one.status === 'RUNNING');
      return task
        ? { summary: `Runs its step ${task.name}`, evidence: { task: task.name, since: task.startTime } }
        : { summary: 'Runs: its next step is about to begin' };
    }
    case 'SKIPPED':
      return { summary: children.length + stage.tasks.length === 0 ? 'Skipped: it has nothing to do' : 'Skipped' };
    default: {
      const child = children.find((one) => isComplete(one.status) && STATUS_FACTS[one.status].successful === false);
      const task = stage.tasks.find((one) => isComplete(one.status) && !['SUCCEEDED', 'SKIPPED'].includes(one.status));
      const cause = task
        ? `its step ${task.name} ended ${task.status}${task.reason ? `: ${task.reason.summary}` : ''}`
        : child
          ? `"${child.name}" ended ${child.status}${child.reason ? `: ${child.reason.summary}` : ''}`
          : 'nothing more is recorded';
      return { summary: `Ended ${stage.status}: ${cause}`, ...(task?.reason?.next ? { next: task.reason.next } : {}) };
    }
  }
}

/** One text for the whole: what it waits for, since when, who can move it, what comes next. */
function summary(
  state: ExecutionState,
  stages: readonly StageView[],
  items: readonly ExplanationItem[],
  around: Surroundings,
): string {
  const [first] = items;
  if (state.status === 'SUCCEEDED') {
    const passed = stages.filter((stage) => stage.status === 'FAILED_CONTINUE').map((stage) => stage.name);
    const skipped = stages.filter((stage) => stage.status === 'SKIPPED').map((stage) => stage.name);
    return [
      'It succeeded.',
      ...(passed.length > 0 ? [`Failed, and let pass: ${quoted(passed)}.`] : []),
      ...(skipped.length > 0 ? [`Skipped: ${quoted(skipped)}.`] : []),
    ].join(' ');
  }
  const said = (reason: Reason): string =>
    [reason.summary, reason.next && reason.next.charAt(0).toUpperCase() + reason.next.slice(1)]
      .filter((text) => text !== undefined)
      .map(sentence)
      .join(' ');
  if (state.status !== 'RUNNING' || around.held) return first ? said(first.reason) : `It ended ${state.status}.`;
  if (state.canceled)
    return `${state.canceledBy ?? 'Somebody'} cancelled it. It ends when what it had begun is cleaned up.`;
  const now = items.filter((item) => item.subject === 'stage' && item.status === 'RUNNING');
  const [at] = now;
  if (!at) return 'It runs: its next stage is about to begin.';
  const others =
    now.length > 1
      ? stages.filter((stage) => stage.status === 'RUNNING' && stage.id !== at.id && !isAbove(stages, stage.id, at.id))
      : [];
  const coming = stages.filter(
    (stage) =>
      stage.parentStageId === undefined &&
      stage.status === 'NOT_STARTED' &&
      stage.requisiteStageRefIds.some((ref) => stages.some((one) => one.refId === ref && one.status === 'RUNNING')),
  );
  return [
    `At "${at.name}"${at.since === undefined ? '' : ` since ${new Date(Math.min(at.since, around.now)).toISOString()}`}: ${said(at.reason)}`,
    ...(others.length > 0 ? [`At the same time: ${quoted(others.map((stage) => stage.name))}.`] : []),
    ...(coming.length > 0 ? [`Then comes ${quoted(coming.map((stage) => stage.name))}.`] : []),
  ].join(' ');
}

/** Does `upper` hold `lower`, at any depth? */
function isAbove(stages: readonly StageView[], upper: string, lower: string): boolean {
  let at = stages.find((stage) => stage.id === lower);
  while (at?.parentStageId !== undefined) {
    const { parentStageId } = at;
    if (parentStageId === upper) return true;
    at = stages.find((stage) => stage.id === parentStageId);
  }
  return false;
}
