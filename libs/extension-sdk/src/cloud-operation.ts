import type { Operation } from '@gennaker/contracts/clouddriver';
import { ServiceError } from '@gennaker/contracts/error';
import { HOLD_KEY, holdWishSchema, SETTLES_KEY, settlesHoldsSchema } from '@gennaker/contracts/holds';
import { type ClusterClaims, type ClusterPlace, underLocks, withClaim } from './cluster-lock.ts';
import { lookAtNewcomer } from './newcomer-health.ts';
import type { JsonObject, TaskContext, TaskDefinition, TaskResult } from './stage.ts';
import { z } from 'zod';

/** Looks at an operation when nothing wakes the stage: soon at first, then seldom, ms. */
const POLLS_MS = [500, 1_000, 2_000, 4_000] as const;
const OPERATION_TIMEOUT_MS = 60 * 60_000;

/** The accepted operation in a stage's context, under Spinnaker's key. */
export const KATO_KEY = 'kato.last.task.id';
const katoSchema = z.object({ id: z.string() });

interface OperationStage {
  readonly clusterLocks?: unknown;
  readonly cloudProvider?: string | undefined;
}

/** Id of the operation that a stage has submitted; undefined: none was accepted. */
export function submittedOperation(context: object): string | undefined {
  return katoSchema.safeParse(new Map(Object.entries(context)).get(KATO_KEY)).data?.id;
}

/**
 * What a task had submitted when it was ended from outside, though no answer came. Where nothing had arrived, nothing ever
 * will: the task's key is used up. Undefined: nothing was begun. Called by a task's `onEnd`.
 */
export async function submittedUnheard(context: TaskContext<unknown>, provider: string): Promise<string | undefined> {
  const call = { signal: context.signal, traceparent: context.traceparent, identity: context.identity };
  const { id } = await context.ports.clouddriver.submit(
    { params: { provider }, query: {}, body: [] },
    { ...call, key: context.key.replace(/:cancel$/, '') },
  );
  const operation = await context.ports.clouddriver.getOperation({ params: { id } }, call);
  const { completed, failed } = operation.status;
  return completed && !failed && operation.resultObjects.length === 0 ? undefined : id;
}

/** What a stage submits: nothing at all is fine, and skips what follows. */
export interface Submitted {
  readonly provider: string;
  readonly descriptions: readonly Readonly<Record<string, JsonObject>>[];
  /** Recorded in the context with the operation. */
  readonly context?: JsonObject;
}

const heldSchema = z.object({
  [HOLD_KEY]: holdWishSchema.optional(),
  [SETTLES_KEY]: settlesHoldsSchema.optional(),
});

/** What a stage says of holds, for its operations. @throws ServiceError 422 naming the field */
function holdsOf(stage: object): JsonObject {
  const parsed = heldSchema.safeParse(stage);
  if (parsed.success) return Object.fromEntries(Object.entries(parsed.data).filter(([, value]) => value !== undefined));
  const [issue] = parsed.error.issues;
  throw new ServiceError(422, `${issue?.path.join('.') ?? HOLD_KEY}: ${issue?.message ?? 'is no hold'}`, {
    field: issue?.path.join('.') ?? HOLD_KEY,
    fix: 'give {"name": "pinned-capacity", "reason": "..."}',
  });
}

/**
 * A task that submits operations under the clusters' locks and records what was accepted. The stage's `hold` and
 * `settlesHolds` go with each of them. Where another server group takes over, nothing is submitted while that is not healthy.
 */
export function submitOperation<C extends OperationStage>(
  name: string,
  places: (context: TaskContext<C>) => readonly ClusterPlace[],
  build: (context: TaskContext<C>) => Submitted,
): TaskDefinition<C> {
  return underLocks(places, {
    name,
    async run(context, claims: ClusterClaims): Promise<TaskResult> {
      const submitted = build(context);
      if (submitted.descriptions.length === 0) return { status: 'SUCCEEDED', context: { ...submitted.context } };
      const look = await lookAtNewcomer(context);
      if (!look.healthy) return look.answer;
      const held = holdsOf(context.context);
      const accepted = await context.ports.clouddriver.submit(
        {
          params: { provider: submitted.provider },
          query: { executionId: context.executionId, stageId: context.stage.id },
          body: submitted.descriptions.map((entry) =>
            Object.fromEntries(
              Object.entries(entry).map(([key, value]) => [key, { ...withClaim(value, claims), ...held }]),
            ),
          ),
        },
        { key: context.key, signal: context.signal, traceparent: context.traceparent, identity: context.identity },
      );
      return {
        status: 'SUCCEEDED',
        context: { ...submitted.context, [KATO_KEY]: { id: accepted.id } },
        reason: { summary: `Operation ${accepted.id} was accepted`, evidence: { operation: accepted.id } },
      };
    },
  });
}

/** A task that follows the submitted operation to its end; `done` makes of its result what the stage remembers. */
export function monitorOperation<C extends OperationStage>(
  name: string,
  places: (context: TaskContext<C>) => readonly ClusterPlace[],
  done: (operation: Operation, context: TaskContext<C>) => Pick<TaskResult, 'context' | 'outputs'> = () => ({}),
): TaskDefinition<C> {
  return underLocks(places, {
    name,
    timeoutMs: OPERATION_TIMEOUT_MS,
    async run(context): Promise<TaskResult> {
      const id = submittedOperation(context.context);
      if (id === undefined) return { status: 'SUCCEEDED', reason: { summary: 'There was nothing to do' } };
      const operation = await context.ports.clouddriver.getOperation(
        { params: { id } },
        { signal: context.signal, traceparent: context.traceparent },
      );
      const evidence = { operation: operation.id, phase: operation.status.phase };
      if (!operation.status.completed)
        return {
          status: 'RUNNING',
          wakeAfterMs: POLLS_MS[Math.min(context.runs, POLLS_MS.length - 1)] ?? 4_000,
          reason: { summary: operation.status.status, evidence },
        };
      const tasks = [
        {
          id: operation.id,
          status: operation.status,
          history: operation.history,
          resultObjects: operation.resultObjects,
        },
      ];
      if (operation.status.failed)
        return {
          status: 'TERMINAL',
          context: { 'kato.tasks': tasks },
          reason: operation.reason ?? { summary: operation.status.status, evidence },
        };
      const made = done(operation, context);
      return {
        status: 'SUCCEEDED',
        ...made,
        context: { 'kato.tasks': tasks, ...made.context },
        reason: { summary: `Operation ${operation.id} is done`, evidence },
      };
    },
  });
}
