import { authorize } from '@gennaker/access/authorize';
import type { EventAnswer } from '@gennaker/contracts/echo';
import { ServiceError } from '@gennaker/contracts/error';
import type { Identity } from '@gennaker/contracts/people';
import { demand } from '@gennaker/service/guard';
import { ulid } from 'ulid';
import type { Echo } from '../echo.ts';
import { pipelinesFor } from '../match-event.ts';
import { triggerTypesFor } from '../match-pipeline.ts';
import { takeEvent } from '../take-event.ts';
import { byHandContent } from './by-hand.ts';
import { type EventRow, keptProof } from './event-row.ts';
import { getEvent } from './read-events.ts';

/** Who sends what again. */
export interface Replay {
  readonly id: string;
  /** Only this pipeline; undefined: every one that matches. */
  readonly pipelineId: string | undefined;
  readonly identity: Identity;
  /** Idempotency key of the call. */
  readonly key: string | undefined;
  readonly trace: string;
  readonly signal: AbortSignal;
}

/**
 * Sends a stored event again: a new event with an identity of its own, by who asks for it, matched against the pipelines as
 * they are now. It starts those that its sender may EXECUTE; the others say so.
 * @throws ServiceError 404 for an event that the caller may not see, 403 when there is nothing that they may start, 409 for
 * an event that starts nothing by its nature
 */
export async function replayEvent(echo: Echo, replay: Replay): Promise<EventAnswer> {
  const { identity, pipelineId } = replay;
  const seen = await getEvent(echo, identity, replay.id);
  if (seen.ignored === true)
    throw new ServiceError(409, `This event starts nothing: ${seen.reason?.summary ?? 'it is ignored'}`, {
      field: 'id',
      fix: 'send another event again',
    });
  const { rows } = await echo.db.pool.query<EventRow>('select * from echo.events where id = $1', [replay.id]);
  const [row] = rows;
  if (!row) throw new ServiceError(410, `Event "${replay.id}" has just been deleted`, { field: 'id' });
  const isByHand = row.type === 'manual';
  if (isByHand) await demand(echo.access, identity, 'EXECUTE', applicationIn(row.content));
  const applications = isByHand ? undefined : await executable(echo, identity, row.type, pipelineId);
  const proof = keptProof(row);
  return takeEvent(
    echo,
    {
      key: `replay:${row.id}:${replay.key ?? ulid(echo.clock.now())}`,
      type: row.type,
      ...(row.source === null ? {} : { source: row.source }),
      content: isByHand ? withoutExecution(byHandContent(row.content, identity)) : row.content,
      headers: row.headers,
      user: identity.user,
    },
    {
      trace: replay.trace,
      signal: replay.signal,
      ...(proof ? { proof } : {}),
      ...(row.raw ? { raw: row.raw } : {}),
      replay: {
        of: row.id,
        ...(applications ? { applications } : {}),
        ...(pipelineId === undefined ? {} : { pipelineId }),
      },
    },
  );
}

function applicationIn(content: Readonly<Record<string, unknown>>): string | undefined {
  const { application } = content;
  return typeof application === 'string' ? application : undefined;
}

/** A start by hand brings the id of its execution, which is taken. */
function withoutExecution({ executionId: _taken, ...content }: Record<string, unknown>): Record<string, unknown> {
  return content;
}

/** Applications with pipelines for such events that the caller may EXECUTE; undefined while nobody has to log in. */
async function executable(
  echo: Echo,
  identity: Identity,
  type: string,
  pipelineId: string | undefined,
): Promise<string[] | undefined> {
  if (!(await echo.access.authentication())) return undefined;
  const pipelines = await pipelinesFor(echo, triggerTypesFor(echo.triggers, type));
  const wanted = pipelines.filter((pipeline) => pipelineId === undefined || pipeline.id === pipelineId);
  const names = [...new Set(wanted.map((pipeline) => pipeline.application.toLowerCase()))];
  const allowed: string[] = [];
  for (const name of names) {
    const decision = authorize(identity, 'EXECUTE', await echo.access.permissions(name), name);
    if (decision.allowed) allowed.push(name);
  }
  if (names.length > 0 && allowed.length === 0) await demand(echo.access, identity, 'EXECUTE', names);
  return allowed;
}
