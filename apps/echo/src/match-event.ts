import { setImmediate as yieldToOthers } from 'node:timers/promises';
import type { EchoEvent } from '@gennaker/contracts/echo';
import type { Reason } from '@gennaker/contracts/execution';
import type { Pipeline } from '@gennaker/contracts/front50';
import type { SenderProof } from '@gennaker/extension-sdk/trigger';
import { inTransaction, type Queryable } from '@gennaker/store/database';
import { backoffMs, type OutboxMessage } from '@gennaker/store/outbox';
import { z } from 'zod';
import type { Echo } from './echo.ts';
import { type EventRow, eventOf, proofOf } from './events/event-row.ts';
import { executionId } from './execution-id.ts';
import { type Decision, matchByHand, matchPipeline, triggerTypesFor } from './match-pipeline.ts';
import { closedGate } from './start-gates.ts';
import { startLane } from './start-lane.ts';
import { unless404 } from './unless-404.ts';

/** A stored pipeline. */
type Known = Pipeline & { id: string };

interface Found {
  readonly pipeline: Known;
  readonly decision: Decision;
  /** Given by who started it by hand. */
  readonly executionId?: string | undefined;
}

const byHandSchema = z.looseObject({
  application: z.string(),
  pipelineNameOrId: z.string(),
  executionId: z.string().optional(),
});

/** How many pipelines that an event is none of the business of are kept with it; the rest is counted. */
const ELSEWHERE_KEPT = 50;
/** How long matching may go on before others have their turn, ms. */
const TURN_MS = 10;

/**
 * Matches a stored event against the pipelines as front50 has them now, and commits what comes of it at once: a row per
 * pipeline, and the executions to start in the outbox. Does nothing for an event that is matched already. When front50
 * cannot be asked, the event is due again after a pause that grows.
 */
export async function matchEvent(echo: Echo, eventId: string): Promise<void> {
  const { rows } = await echo.db.pool.query<EventRow>(
    'select * from echo.events where id = $1 and matched_at is null',
    [eventId],
  );
  if (rows[0]) await matchRow(echo, rows[0]);
}

/** As `matchEvent`, for an event that was just read. Answers whether it starts anything. */
export async function matchRow(echo: Echo, row: EventRow): Promise<boolean> {
  const event = eventOf(row);
  let found: Found[];
  let reason: Reason | undefined;
  try {
    const matched = await (event.type === 'manual'
      ? findByHand(echo, event)
      : findByTriggers(echo, event, await proofOf(echo, row)));
    reason = matched.reason;
    found = await Promise.all(matched.found.map((one) => passGates(echo, row, event, one)));
  } catch (error) {
    await postpone(echo, row, error instanceof Error ? error.message : String(error));
    return false;
  }
  const starts = await record(echo, row, found, reason);
  if (starts) echo.outbox.poke();
  return starts;
}

/** What is found starts only where every gate is open, and a replay what its sender may start. */
async function passGates(echo: Echo, row: EventRow, event: EchoEvent, found: Found): Promise<Found> {
  const { pipeline, decision } = found;
  if (!decision.trigger) return found;
  const reason =
    outsideReplay(row, pipeline) ?? (await closedGate(echo.gates, { pipeline, trigger: decision.trigger, event }));
  return reason ? { ...found, decision: { verdicts: decision.verdicts, reason } } : found;
}

function outsideReplay(row: EventRow, pipeline: Known): Reason | undefined {
  if (row.only_pipeline !== null && row.only_pipeline !== pipeline.id)
    return { summary: `the event was sent again for another pipeline only` };
  const application = pipeline.application.toLowerCase();
  if (row.only_applications === null || row.only_applications.includes(application)) return undefined;
  return {
    summary: `${row.user}, who sent the event again, may not EXECUTE "${application}"`,
    next: 'ask for a role that may, or let somebody who may send it again',
  };
}

/** Live pipelines with a trigger of one of these types, as they run. @throws Error when front50 does not answer */
export async function pipelinesFor(echo: Echo, types: readonly string[]): Promise<Pipeline[]> {
  try {
    return await echo.front50.listPipelines({ query: { triggerTypes: types.join(','), plan: 'true' } });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`front50 could not be asked for the pipelines: ${why}`, { cause: error });
  }
}

/** What an event does to every pipeline with a trigger of its type, and the reason where there is none. */
export async function findByTriggers(
  echo: Echo,
  event: EchoEvent,
  proof: SenderProof | undefined,
): Promise<{ found: Found[]; reason?: Reason }> {
  const types = triggerTypesFor(echo.triggers, event.type);
  if (types.length === 0)
    return {
      found: [],
      reason: {
        summary: `no trigger type listens to ${event.type} events`,
        next: `trigger types here: ${Object.keys(echo.triggers).join(', ')}`,
      },
    };
  const only = echo.triggers[event.type]?.pipelineOf?.(event);
  const pipelines = only === undefined ? await pipelinesFor(echo, types) : await pipelineWithId(echo, only);
  const found: Found[] = [];
  let turn = performance.now();
  for (const pipeline of pipelines) {
    if (performance.now() - turn > TURN_MS) {
      await yieldToOthers();
      turn = performance.now();
    }
    const { id } = pipeline;
    if (id === undefined) continue;
    found.push({ pipeline: { ...pipeline, id }, decision: matchPipeline(echo.triggers, pipeline, event, proof) });
  }
  if (found.length > 0) return { found };
  if (only !== undefined)
    return { found, reason: { summary: `the pipeline ${only} that the event is for does not exist any more` } };
  return {
    found,
    reason: {
      summary: `no pipeline has a ${types.join(' or ')} trigger`,
      next: 'add a trigger to a pipeline and save it',
    },
  };
}

async function pipelineWithId(echo: Echo, id: string): Promise<Pipeline[]> {
  const pipeline = await unless404(echo.front50.getPipeline({ params: { id }, query: PLAN }));
  return pipeline ? [pipeline] : [];
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

/** What started first, then what nearly did, then a few of those that the event is none of the business of. */
function worthKeeping(found: readonly Found[]): { kept: Found[]; notListed: number } {
  const elsewhere = found.filter(({ decision }) => decision.elsewhere === true);
  const concerned = found.filter(({ decision }) => decision.elsewhere !== true);
  const starting = concerned.filter(({ decision }) => decision.trigger);
  const refused = concerned.filter(({ decision }) => !decision.trigger);
  return {
    kept: [...starting, ...refused, ...elsewhere.slice(0, ELSEWHERE_KEPT)],
    notListed: Math.max(0, elsewhere.length - ELSEWHERE_KEPT),
  };
}

/** What an event did to a pipeline, as it is written: a row of echo.matches, and what orca is sent. */
interface Match {
  readonly pipeline_id: string;
  readonly position: number;
  readonly application: string;
  readonly pipeline: string;
  readonly state: 'starting' | 'unmatched';
  readonly execution_id: string | null;
  readonly reason: Reason;
  readonly elsewhere: boolean;
  readonly identity: string | null;
  readonly message: OutboxMessage | null;
}

function matchOf(row: EventRow, { pipeline, decision, ...found }: Found, position: number): Match {
  const application = pipeline.application.toLowerCase();
  const match = {
    ...{ pipeline_id: pipeline.id, position, application, pipeline: pipeline.name },
    ...{ reason: decision.reason, elsewhere: decision.elsewhere === true },
  };
  if (!decision.trigger) return { ...match, state: 'unmatched', execution_id: null, identity: null, message: null };
  const id = found.executionId ?? executionId(row.received_at.getTime(), row.key, pipeline.id);
  return {
    ...match,
    state: 'starting',
    execution_id: id,
    // What is sent again on purpose counts again.
    identity: row.replay_of === null ? (decision.identity ?? null) : null,
    message: {
      key: id,
      target: startLane(pipeline, id),
      method: 'POST',
      path: '/orchestrate',
      body: {
        ...pipeline,
        application,
        stages: pipeline.stages ?? [],
        executionId: id,
        trigger: { ...decision.trigger, eventId: row.id },
      },
      trace: row.trace,
    },
  };
}

/** What is written of an event once it is matched. */
interface Matched {
  readonly row: EventRow;
  /** Epoch milliseconds. */
  readonly now: number;
  readonly reason: Reason | undefined;
  readonly notListed: number;
  readonly matches: readonly Match[];
}

/** One commit: whoever comes second finds `matched_at` set and does nothing. Answers whether anything is to start. */
async function record(
  echo: Echo,
  row: EventRow,
  found: readonly Found[],
  reason: Reason | undefined,
): Promise<boolean> {
  const { kept, notListed } = worthKeeping(found);
  const now = echo.clock.now();
  const matches = kept.map((one, position) => matchOf(row, one, position));
  const write = async (client: Queryable): Promise<boolean> => {
    const written = await writeMatches(echo, client, { row, now, reason, notListed, matches });
    if (!written) return false;
    for (const match of matches.filter(({ position }) => !written.has(position))) {
      const counted = await countedBefore(client, match.pipeline_id, match.identity ?? '');
      await client.query(
        `insert into echo.matches (event_id, pipeline_id, position, application, pipeline, state, reason, updated_at)
         values ($1, $2, $3, $4, $5, 'unmatched', $6::jsonb, $7)`,
        [
          row.id,
          match.pipeline_id,
          match.position,
          match.application,
          match.pipeline,
          JSON.stringify(counted),
          new Date(now),
        ],
      );
    }
    return matches.some(({ message, position }) => message !== null && written.has(position));
  };
  return matches.some(({ identity }) => identity !== null) ? inTransaction(echo.db, write) : write(echo.db.pool);
}

/**
 * Writes in one statement that an event is matched, what it did to each pipeline, and what orca is sent. Answers the positions
 * that were written, those whose identity counted before left out; undefined when the event is matched already.
 */
async function writeMatches(
  echo: Echo,
  client: Queryable,
  { row, now, reason, notListed, matches }: Matched,
): Promise<ReadonlySet<number> | undefined> {
  const { rows } = await client.query<{ positions: number[] }>({
    name: 'echo-write-matches',
    text: `with claimed as (
       update echo.events
       set matched_at = to_timestamp($2::double precision / 1000), reason = $3::jsonb, not_listed = $4
       where id = $1 and matched_at is null returning id
     ), given as (
       select given.* from claimed, json_to_recordset($5::json) as given (pipeline_id text, position int, application text,
         pipeline text, state text, execution_id text, reason jsonb, elsewhere boolean, identity text, message json)
     ), written as (
       insert into echo.matches (event_id, pipeline_id, position, application, pipeline, state, execution_id, reason,
         updated_at, elsewhere, identity)
       select $1, pipeline_id, position, application, pipeline, state, execution_id, reason,
         to_timestamp($2::double precision / 1000), elsewhere, identity
       from given on conflict (pipeline_id, identity) where identity is not null do nothing returning position
     ), sendable as (
       select message from given join written using (position) order by position
     ), sent as (
       ${echo.outbox.insertion('sendable', 'message', '$2')}
     )
     select coalesce((select array_agg(position) from written), '{}') as positions from claimed`,
    values: [row.id, now, reason ? JSON.stringify(reason) : null, notListed, JSON.stringify(matches)],
  });
  return rows[0] && new Set(rows[0].positions);
}

/** Why a trigger with an identity of its own starts nothing this time. */
async function countedBefore(client: Queryable, pipelineId: string, identity: string): Promise<Reason> {
  const { rows } = await client.query<{ event_id: string; execution_id: string | null; started: boolean }>(
    `select event_id, execution_id, state <> 'refused' as started from echo.matches where pipeline_id = $1 and identity = $2`,
    [pipelineId, identity],
  );
  const [first] = rows;
  return {
    summary: `the trigger counts this once, and event ${first?.event_id ?? ''} came with the same identity`,
    evidence: {
      identity,
      eventId: first?.event_id ?? null,
      ...(first?.started === true ? { executionId: first.execution_id } : {}),
    },
    next: 'send the event again from the event log to start it once more',
  };
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
