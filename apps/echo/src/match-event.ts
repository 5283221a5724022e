import { ServiceError } from '@gennaker/contracts/error';
import { type EchoEvent, echoEventSchema } from '@gennaker/contracts/echo';
import type { Reason } from '@gennaker/contracts/execution';
import type { Pipeline } from '@gennaker/contracts/front50';
import { inTransaction } from '@gennaker/store/database';
import { backoffMs } from '@gennaker/store/outbox';
import { z } from 'zod';
import type { Echo } from './echo.ts';
import { executionId } from './execution-id.ts';
import { type Decision, matchByHand, matchPipeline, triggerTypesFor } from './match-pipeline.ts';

interface EventRow {
  id: string;
  key: string;
  type: string;
  source: string | null;
  content: Record<string, unknown>;
  headers: Record<string, string>;
  user: string;
  trace: string | null;
  received_at: Date;
  attempts: number;
}

interface Found {
  readonly pipeline: Pipeline & { id: string };
  readonly decision: Decision;
  /** Given by who started it by hand. */
  readonly executionId?: string | undefined;
}

const byHandSchema = z.looseObject({
  application: z.string(),
  pipelineNameOrId: z.string(),
  executionId: z.string().optional(),
});

/**
 * Matches a stored event against the pipelines as front50 has them now, and commits what comes of it at once: a row per
 * pipeline, and the executions to start in the outbox. Does nothing for an event that is matched already. When front50
 * cannot be asked, the event is due again after a pause that grows.
 */
export async function matchEvent(echo: Echo, eventId: string): Promise<void> {
  const { rows } = await echo.db.pool.query<EventRow>(
    `select id, key, type, source, content, headers, "user", trace, received_at, attempts
     from echo.events where id = $1 and matched_at is null`,
    [eventId],
  );
  const row = rows[0];
  if (!row) return;
  const event = echoEventSchema.parse({
    key: row.key,
    type: row.type,
    ...(row.source === null ? {} : { source: row.source }),
    content: row.content,
    headers: row.headers,
    user: row.user,
  });
  let found: Found[];
  let reason: Reason | undefined;
  try {
    ({ found, reason } = await (event.type === 'manual' ? findByHand(echo, event) : findByTriggers(echo, event)));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    await postpone(echo, row, `front50 could not be asked for the pipelines: ${why}`);
    return;
  }
  await record(echo, row, found, reason);
  echo.outbox.poke();
}

async function findByTriggers(echo: Echo, event: EchoEvent): Promise<{ found: Found[]; reason?: Reason }> {
  const types = triggerTypesFor(echo.triggers, event.type);
  if (types.length === 0)
    return {
      found: [],
      reason: {
        summary: `no trigger type listens to ${event.type} events`,
        next: `trigger types here: ${Object.keys(echo.triggers).join(', ')}`,
      },
    };
  const pipelines = await echo.front50.listPipelines({ query: { triggerTypes: types.join(','), plan: 'true' } });
  const found = pipelines.flatMap((pipeline) =>
    pipeline.id === undefined
      ? []
      : [{ pipeline: { ...pipeline, id: pipeline.id }, decision: matchPipeline(echo.triggers, pipeline, event) }],
  );
  if (found.length > 0) return { found };
  return {
    found,
    reason: {
      summary: `no pipeline has a ${types.join(' or ')} trigger`,
      next: 'add a trigger to a pipeline and save it',
    },
  };
}

/** Templated pipelines start as what they stand for. */
const PLAN = { plan: 'true' } as const;

async function findByHand(echo: Echo, event: EchoEvent): Promise<{ found: Found[]; reason?: Reason }> {
  const asked = byHandSchema.safeParse(event.content);
  if (!asked.success)
    return { found: [], reason: { summary: 'a start by hand names application and pipelineNameOrId' } };
  const { application, pipelineNameOrId } = asked.data;
  const pipeline =
    (await unless404(
      echo.front50.getPipelineByName({ params: { application, name: pipelineNameOrId }, query: PLAN }),
    )) ?? (await unless404(echo.front50.getPipeline({ params: { id: pipelineNameOrId }, query: PLAN })));
  if (pipeline?.id === undefined || pipeline.application.toLowerCase() !== application.toLowerCase())
    return {
      found: [],
      reason: {
        summary: `application "${application}" has no pipeline with the name or id "${pipelineNameOrId}"`,
        next: 'save the pipeline first, or correct the name',
      },
    };
  const decision = matchByHand(echo.triggers, pipeline, event);
  return {
    found: [{ pipeline: { ...pipeline, id: pipeline.id }, decision, executionId: asked.data.executionId }],
  };
}

async function unless404<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof ServiceError && error.status === 404) return undefined;
    throw error;
  }
}

/** One commit: whoever comes second finds `matched_at` set and does nothing. */
async function record(echo: Echo, row: EventRow, found: readonly Found[], reason: Reason | undefined): Promise<void> {
  await inTransaction(echo.db, async (client) => {
    const now = new Date(echo.clock.now());
    const claimed = await client.query(
      'update echo.events set matched_at = $2, reason = $3::jsonb where id = $1 and matched_at is null',
      [row.id, now, reason ? JSON.stringify(reason) : null],
    );
    if (claimed.rowCount !== 1) return;
    for (const [position, { pipeline, decision, executionId: given }] of found.entries()) {
      const id = decision.trigger ? (given ?? executionId(row.received_at.getTime(), row.key, pipeline.id)) : null;
      await client.query(
        `insert into echo.matches
           (event_id, pipeline_id, position, application, pipeline, state, execution_id, reason, updated_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8::jsonb, $9)`,
        [
          row.id,
          pipeline.id,
          position,
          pipeline.application.toLowerCase(),
          pipeline.name,
          id === null ? 'unmatched' : 'starting',
          id,
          JSON.stringify(decision.reason),
          now,
        ],
      );
      if (id === null) continue;
      await echo.outbox.enqueue(client, {
        key: id,
        target: 'orca',
        method: 'POST',
        path: '/orchestrate',
        body: {
          ...pipeline,
          application: pipeline.application.toLowerCase(),
          stages: pipeline.stages ?? [],
          executionId: id,
          trigger: { ...decision.trigger, eventId: row.id },
        },
        trace: row.trace,
      });
    }
  });
}

/** Makes an unmatched event due again after a pause that grows, and keeps why. */
export async function postpone(echo: Echo, row: Pick<EventRow, 'id' | 'attempts'>, summary: string): Promise<void> {
  const reason: Reason = { summary, next: 'the event is kept and matched as soon as that works' };
  await echo.db.pool.query(
    `update echo.events set attempts = attempts + 1, reason = $2::jsonb,
       next_at = to_timestamp($3::double precision / 1000) where id = $1 and matched_at is null`,
    [row.id, JSON.stringify(reason), echo.clock.now() + backoffMs(row.attempts + 1)],
  );
}
