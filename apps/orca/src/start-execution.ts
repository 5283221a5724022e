import { badRequest } from '@gennaker/contracts/error';
import type { Person } from '@gennaker/contracts/people';
import type { ExecutionTrigger } from '@gennaker/contracts/execution';
import { executionTriggerSchema } from '@gennaker/contracts/execution';
import { graphProblems } from '@gennaker/contracts/pipeline-graph';
import { createExecution, type NewExecution, type PostedStage } from '@gennaker/engine/create';
import { evolve } from '@gennaker/engine/evolve';
import type { ExecutionState } from '@gennaker/engine/model';
import { type Database, inTransaction } from '@gennaker/store/database';
import { once } from '@gennaker/store/inbox';
import { ulid } from 'ulid';
import { shellOf } from './rows.ts';
import { storable } from './storable.ts';
import { eventData } from './writer.ts';

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
  /** The document as it came, kept as text. */
  readonly document: Document;
  readonly text: string;
  readonly now: number;
  /** Idempotency key of the call. */
  readonly key?: string | undefined;
}

/** `fresh`: it was started by this call. */
export interface Started {
  readonly id: string;
  readonly fresh: boolean;
}

const EXECUTION_ID = /^[A-Za-z0-9_-]{1,64}$/;

/**
 * Stores a new execution, once per execution id and per idempotency key; some orca is then to be rung.
 * @throws ServiceError 400 naming the field when the document cannot run.
 */
export async function startExecution(db: Database, request: StartRequest): Promise<Started> {
  const [problem] = graphProblems(request.stages);
  if (problem) throw badRequest(problem.message, { field: problem.field, fix: problem.fix });
  const asked = request.document['executionId'];
  if (asked !== undefined && (typeof asked !== 'string' || !EXECUTION_ID.test(asked)))
    throw badRequest('executionId may hold up to 64 letters, digits, - and _', {
      field: 'executionId',
      fix: 'give a ULID, or leave it out',
    });
  const id = typeof asked === 'string' ? asked : ulid(request.now);
  const state = newState(request, id);
  return inTransaction(db, async (client) => {
    const insert = async (): Promise<Started> => {
      const inserted = await client.query(
        `insert into orca.executions (id, type, application, name, pipeline_config_id, status, build_time, version, trace, config, data)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) on conflict (id) do nothing`,
        [
          id,
          state.type,
          state.application,
          state.name,
          state.pipelineConfigId ?? null,
          state.status,
          state.buildTime,
          state.version,
          request.traceparent,
          request.text.replaceAll('\u0000', '\uFFFD'),
          JSON.stringify(shellOf(state)),
        ],
      );
      if (inserted.rowCount === 0) return { id, fresh: false };
      const stages = Object.values(state.stages);
      await client.query(
        `insert into orca.stages (execution_id, id, position, ref_id, type, name, status, data)
         select $1, v.* from unnest($2::text[], $3::int[], $4::text[], $5::text[], $6::text[], $7::text[], $8::json[]) as v`,
        [
          id,
          stages.map((stage) => stage.id),
          stages.map((stage) => stage.position),
          stages.map((stage) => stage.refId),
          stages.map((stage) => stage.type),
          stages.map((stage) => stage.name),
          stages.map((stage) => stage.status),
          stages.map((stage) => JSON.stringify(stage)),
        ],
      );
      const { version: _version, ...execution } = state;
      await client.query(
        `insert into orca.events (execution_id, sequence, application, pipeline_config_id, type, at, trace, data)
         values ($1, 1, $2, $3, 'ExecutionCreated', $4, $5, $6)`,
        [
          id,
          state.application,
          state.pipelineConfigId ?? null,
          state.buildTime,
          request.traceparent,
          eventData({ type: 'ExecutionCreated', sequence: 1, at: state.buildTime, execution }),
        ],
      );
      return { id, fresh: true };
    };
    if (request.key === undefined) return insert();
    const { fresh, response } = await once(client, 'orca', `start:${request.key}`, insert);
    return { id: response.id, fresh: fresh && response.fresh };
  });
}

function newState(request: StartRequest, id: string): ExecutionState {
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
    stages: request.stages,
    now: request.now,
  };
  return evolve(undefined, createExecution(storable(input)));
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
