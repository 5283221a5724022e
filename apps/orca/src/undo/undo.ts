import type { CloudUndo } from '@gennaker/contracts/cloud-undo';
import type { UndoPreview } from '@gennaker/contracts/orca-undo';
import { isComplete } from '@gennaker/contracts/status';
import type { ExecutionState } from '@gennaker/engine/model';
import { z } from 'zod';

type Undone = Pick<ExecutionState, 'id' | 'application' | 'name' | 'status' | 'stages'>;

const startedSchema = z.looseObject({ executionId: z.string() });

/** Executions that the stages of this one started. */
function childrenOf({ stages }: Undone): string[] {
  const started = Object.values(stages).filter(({ type }) => type === 'pipeline' || type === 'runMultiplePipelines');
  return [...new Set(started.flatMap(({ context }) => startedSchema.safeParse(context).data?.executionId ?? []))];
}

/** What an undo of an execution would do, in words, and what stands against it. Pure. */
export function undoPreview(execution: Undone, cloud: CloudUndo): UndoPreview {
  const { id, application, name, status } = execution;
  const steps = cloud.entries.flatMap((entry) => entry.steps);
  const impossible = cloud.entries.filter((entry) => entry.impossible !== undefined);
  const children = childrenOf(execution);
  const told = steps.map((step) => step.sentence).join(', then ');
  const settled = steps.length > 0 && steps.every((step) => step.settled);
  const problems = [
    ...(isComplete(status) ? [] : [`It is still ${status}; wait for its end or cancel it, then undo it`]),
    ...(cloud.underWay.length > 0
      ? [`Operation ${cloud.underWay.join(', ')} of it is still under way; wait for its end`]
      : []),
    ...(cloud.entries.length === 0
      ? ['It changed nothing in clouds']
      : steps.length === 0
        ? ['Nothing of it can be taken back']
        : settled
          ? ['Everything is as it was before it already']
          : []),
  ];
  const rest = impossible.length === 0 ? '' : ` ${count(impossible.length, 'change')} cannot be taken back.`;
  return {
    ...cloud,
    executionId: id,
    application,
    name,
    sentence:
      steps.length === 0
        ? `Nothing of "${name}" can be taken back.`
        : `Takes back what "${name}" did: ${told}.${rest}${cloud.drift.length > 0 ? ` ${count(cloud.drift.length, 'thing')} changed since.` : ''}`,
    problems,
    children,
    needsForce: cloud.drift.length > 0 || impossible.length > 0,
  };
}

const count = (number: number, word: string): string => `${number} ${word}${number === 1 ? '' : 's'}`;
