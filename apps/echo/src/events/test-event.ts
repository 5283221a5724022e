import { badRequest, ServiceError } from '@gennaker/contracts/error';
import type { EchoEvent, EventTest, EventTestAnswer } from '@gennaker/contracts/echo';
import type { Reason } from '@gennaker/contracts/execution';
import { type Pipeline, pipelineSchema } from '@gennaker/contracts/front50';
import type { Identity } from '@gennaker/contracts/people';
import type { SenderProof } from '@gennaker/extension-sdk/trigger';
import { mayRead } from '@gennaker/service/guard';
import type { Echo } from '../echo.ts';
import { pipelinesFor } from '../match-event.ts';
import { matchPipeline, triggerTypesFor } from '../match-pipeline.ts';
import { closedGate } from '../start-gates.ts';
import { readWebhook } from '../webhooks/read-webhook.ts';
import { senderProof } from '../webhooks/sender-proof.ts';
import { type EventRow, eventOf, keptProof, proofOf } from './event-row.ts';
import { getEvent } from './read-events.ts';

/** An event to try, and what would become of it before any trigger looks at it. */
interface Tried {
  readonly event: EchoEvent;
  readonly proof: SenderProof | undefined;
  readonly key?: string | undefined;
  readonly reason?: Reason | undefined;
}

/**
 * Says for each trigger whether an event would match it, and why: of one pipeline as it would be saved, or of the stored
 * ones that the caller may READ. Starts nothing and stores nothing.
 * @throws ServiceError 400 for a test that is incomplete, 404 for an unknown event
 */
export async function testEvent(echo: Echo, identity: Identity, test: EventTest): Promise<EventTestAnswer> {
  const tried =
    test.eventId === undefined ? await madeUp(echo, identity, test) : await stored(echo, identity, test.eventId);
  const { event, key, reason } = tried;
  // Who tries a trigger has no secret to sign with.
  const isAssumed = tried.proof !== undefined && !tried.proof.given;
  const proof = tried.proof && isAssumed ? assumed(tried.proof) : tried.proof;
  const seenBefore = key === undefined || test.eventId !== undefined ? undefined : await eventWithKey(echo, key);
  return {
    taken: reason === undefined,
    ...(reason ? { reason } : {}),
    ...(key === undefined ? {} : { key }),
    ...(seenBefore === undefined ? {} : { seenBefore }),
    signature: isAssumed ? 'assumed' : 'given',
    matches: reason ? [] : await verdicts(echo, event, proof, await pipelinesOf(echo, identity, event, test)),
  };
}

async function stored(echo: Echo, identity: Identity, id: string): Promise<Tried> {
  const { ignored, reason } = await getEvent(echo, identity, id);
  const { rows } = await echo.db.pool.query<EventRow>('select * from echo.events where id = $1', [id]);
  const [row] = rows;
  if (!row) throw new ServiceError(410, `Event "${id}" has just been deleted`, { field: 'eventId' });
  return {
    event: eventOf(row),
    proof: keptProof(row) ? await proofOf(echo, row) : undefined,
    key: row.key,
    ...(ignored ? { reason } : {}),
  };
}

async function madeUp(echo: Echo, { user }: Identity, test: EventTest): Promise<Tried> {
  const { type, source } = test;
  if (type === undefined)
    throw badRequest('A test names the type of the event, or a stored event', {
      field: 'type',
      fix: 'send "type" with "source" and "content", or "eventId"',
    });
  const headers = Object.fromEntries(
    Object.entries(test.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]),
  );
  const common = { type, ...(source === undefined ? {} : { source }), user };
  if (!echo.triggers[type]?.readWebhook)
    return { event: { ...common, content: test.content ?? {}, headers }, proof: undefined };
  if (source === undefined || source === '')
    throw badRequest(`A webhook comes to /webhooks/${type}/{source}, and this one has no source`, {
      field: 'source',
      fix: 'name the source',
    });
  const bytes = new TextEncoder().encode(test.body ?? JSON.stringify(test.content ?? {}));
  try {
    const read = readWebhook(echo.triggers, { type, source, headers, bytes }, echo.systemKey);
    return {
      event: { ...common, content: read.content, headers: read.headers },
      proof: senderProof(read.proof, bytes, echo.systemKey, await echo.secrets()),
      key: read.key,
      reason: read.reading.ignored,
    };
  } catch (error) {
    // What would be refused is the answer to the question.
    if (!(error instanceof ServiceError) || error.status !== 400) throw error;
    const reason: Reason = {
      summary: `it would be refused: ${error.message}`,
      ...(error.details.fix === undefined ? {} : { next: error.details.fix }),
    };
    return { event: { ...common, content: {} }, proof: undefined, reason };
  }
}

function assumed(proof: SenderProof): SenderProof {
  return { given: true, secretNamed: (name) => proof.secretNamed(name), madeWith: () => true };
}

async function eventWithKey({ db }: Pick<Echo, 'db'>, key: string): Promise<string | undefined> {
  const { rows } = await db.pool.query<{ id: string }>('select id from echo.events where key = $1', [key]);
  return rows[0]?.id;
}

/** The pipelines that a test is about. */
async function pipelinesOf(echo: Echo, identity: Identity, event: EchoEvent, test: EventTest): Promise<Pipeline[]> {
  if (test.pipeline) {
    const parsed = pipelineSchema.safeParse(test.pipeline);
    if (parsed.success) return [parsed.data];
    const [issue] = parsed.error.issues;
    throw badRequest(`pipeline.${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'is no pipeline'}`, {
      field: `pipeline.${issue?.path.join('.') ?? ''}`,
      fix: 'send the pipeline as it would be saved',
    });
  }
  const types = triggerTypesFor(echo.triggers, event.type);
  if (types.length === 0) return [];
  const isGuarded = await echo.access.authentication();
  const pipelines: Pipeline[] = [];
  for (const pipeline of await pipelinesFor(echo, types)) {
    const isAskedFor =
      (test.pipelineId === undefined || pipeline.id === test.pipelineId) &&
      (test.application === undefined || pipeline.application.toLowerCase() === test.application.toLowerCase());
    if (isAskedFor && (!isGuarded || (await mayRead(echo.access, identity, pipeline.application))))
      pipelines.push(pipeline);
  }
  return pipelines;
}

async function verdicts(
  echo: Echo,
  event: EchoEvent,
  proof: SenderProof | undefined,
  pipelines: readonly Pipeline[],
): Promise<EventTestAnswer['matches']> {
  const matches: EventTestAnswer['matches'] = [];
  for (const pipeline of pipelines) {
    const { trigger, reason, verdicts: triggers } = matchPipeline(echo.triggers, pipeline, event, proof);
    const closed = trigger ? await closedGate(echo.gates, { pipeline, trigger, event }) : undefined;
    const wouldStart = trigger !== undefined && !closed;
    matches.push({
      application: pipeline.application.toLowerCase(),
      ...(pipeline.id === undefined ? {} : { pipelineId: pipeline.id }),
      pipeline: pipeline.name,
      wouldStart,
      reason: closed ?? reason,
      triggers: [...triggers],
      ...(wouldStart ? { trigger } : {}),
    });
  }
  return matches.toSorted((a, b) => Number(b.wouldStart) - Number(a.wouldStart));
}
