import { badRequest } from '@gennaker/contracts/error';
import type { Person } from '@gennaker/contracts/people';
import type { ExecutionTrigger } from '@gennaker/contracts/execution';
import { executionTriggerSchema } from '@gennaker/contracts/execution';
import { graphProblems } from '@gennaker/contracts/pipeline-graph';
import { createExecution, type NewExecution, type PostedStage } from '@gennaker/engine/create';
import { evolve } from '@gennaker/engine/evolve';
import type { Declared } from '@gennaker/engine/model';
import { randomFraction } from '@gennaker/service/random';
import { ulid } from 'ulid';
import type { Orchestrator } from './orchestrator.ts';
import { isTrue, queueRules } from './queue/queue-rules.ts';
import type { Queues } from './queue/queues.ts';
import type { Prepared, Started } from './start-part.ts';
import { asStorable } from './storable.ts';
import { artifactsApart } from './stored-artifacts.ts';

type Document = Readonly<Record<string, unknown>>;

/** A request to start something. */
export interface StartRequest {
  readonly type: 'PIPELINE' | 'ORCHESTRATION';
  readonly application: string;
  readonly name: string;
  readonly stages: readonly PostedStage[];
  readonly trigger: ExecutionTrigger;
  readonly by: Person;
  readonly traceparent: string;
  /** The document as it came. */
  readonly document: Document;
  readonly now: number;
  /** Idempotency key of the call. */
  readonly key?: string | undefined;
  /** Characters of base64 beyond which the content of a trigger's artifact is kept apart; absent: none is. */
  readonly artifactsAbove?: number | undefined;
}

const EXECUTION_ID = /^[A-Za-z0-9_-]{1,64}$/;

/**
 * Makes an execution ready to be stored.
 * @throws ServiceError 400 naming the field when the document cannot run.
 */
export function prepareExecution(request: StartRequest): Prepared {
  const [problem] = graphProblems(request.stages);
  if (problem) throw badRequest(problem.message, { field: problem.field, fix: problem.fix });
  const asked = request.document['executionId'];
  if (asked !== undefined && (typeof asked !== 'string' || !EXECUTION_ID.test(asked)))
    throw badRequest('executionId may hold up to 64 letters, digits, - and _', {
      field: 'executionId',
      fix: 'give a ULID, or leave it out',
    });
  const { value: trigger, blobs } = artifactsApart(
    request.trigger,
    request.application,
    request.artifactsAbove ?? Infinity,
  );
  const id = typeof asked === 'string' ? asked : ulid(request.now, randomFraction);
  const event = created({ ...request, trigger }, id);
  return {
    event,
    state: evolve(undefined, event),
    trace: request.traceparent,
    key: request.key,
    ...(blobs.length > 0 && { blobs }),
  };
}

/**
 * Stores a new execution, once per execution id, idempotency key and running correlation id, and has somebody work on it:
 * at once, or when its pipeline's queue lets it in.
 */
export async function startExecution(
  parts: { readonly orchestrator: Orchestrator; readonly queues: Queues },
  prepared: Prepared,
  document: Document,
): Promise<Started> {
  const { orchestrator, queues } = parts;
  const { state } = prepared;
  const rules = state.type === 'PIPELINE' ? queueRules(state.application, state.name, document) : undefined;
  if (!rules) {
    const started = await orchestrator.start(prepared);
    if (started.fresh && state.pipelineConfigId !== undefined) await queues.unlimited(state.pipelineConfigId);
    return started;
  }
  const started = await queues.start(prepared, rules);
  if (started.fresh) {
    orchestrator.announce(started.id);
    if (!started.queued) orchestrator.bell.ring(started.id);
  }
  return started;
}

function created(request: StartRequest, id: string): Prepared['event'] {
  const { document } = request;
  const text = (key: string): string | undefined => (typeof document[key] === 'string' ? document[key] : undefined);
  const description = text('description');
  const configId = request.type === 'PIPELINE' ? text('id') : undefined;
  const origin = text('origin');
  const notifications = document['notifications'];
  // Spinnaker posts it as text.
  const expiry = Number(document['startTimeExpiry'] ?? Number.NaN) || undefined;
  const input: NewExecution = {
    id,
    type: request.type,
    application: request.application,
    name: request.name,
    ...(description === undefined ? {} : { description }),
    ...(configId === undefined ? {} : { pipelineConfigId: configId }),
    ...(origin === undefined ? {} : { origin }),
    trigger: withParameterDefaults(request.trigger, document['parameterConfig']),
    by: request.by,
    ...(expiry === undefined ? {} : { startTimeExpiry: expiry }),
    ...(Array.isArray(notifications) ? { notifications: notifications as Document[] } : {}),
    declared: declaredBy(document),
    stages: request.stages,
    now: request.now,
  };
  const event = createExecution(asStorable(input));
  if (event.type !== 'ExecutionCreated') throw new Error(`an execution cannot begin with ${event.type}`);
  return event;
}

/** What a document says of its executions beside what the engine does with them. */
function declaredBy(document: Document): Declared {
  const most = Number(document['maxConcurrentExecutions'] ?? 0);
  const object = (key: string): Record<string, Document> => (isObject(document[key]) ? { [key]: document[key] } : {});
  const text = (key: string): Record<string, string> =>
    typeof document[key] === 'string' ? { [key]: document[key] } : {};
  return {
    ...(isTrue(document['limitConcurrent']) ? { limitConcurrent: true } : {}),
    ...(Number.isInteger(most) && most > 0 ? { maxConcurrentExecutions: most } : {}),
    ...(isTrue(document['keepWaitingPipelines']) ? { keepWaitingPipelines: true } : {}),
    ...object('source'),
    ...object('templateVariables'),
    ...object('initialConfig'),
    ...text('spelEvaluator'),
    ...text('partition'),
    ...(Array.isArray(document['systemNotifications'])
      ? { systemNotifications: document['systemNotifications'].filter(isObject) }
      : {}),
  };
}

function isObject(value: unknown): value is Document {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

/** Parameters that the trigger left out take the pipeline's defaults. */
function withParameterDefaults(trigger: ExecutionTrigger, config: unknown): ExecutionTrigger {
  if (!Array.isArray(config)) return trigger;
  const parameters: Record<string, unknown> = { ...trigger.parameters };
  for (const item of config as { name?: unknown; default?: unknown }[])
    if (typeof item?.name === 'string' && parameters[item.name] === undefined && item.default !== undefined)
      parameters[item.name] = item.default;
  return { ...trigger, parameters };
}

/** The trigger of a document: manual when there is none; the user is the trigger's, else the caller. */
export function triggerOf(document: Document, user: string): ExecutionTrigger {
  const trigger = executionTriggerSchema.parse(document['trigger'] ?? {});
  return { ...trigger, user: trigger.user ?? user };
}
