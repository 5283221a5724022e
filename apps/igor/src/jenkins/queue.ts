import { ServiceError } from '@gennaker/contracts/error';
import type { QueueItem } from '@gennaker/contracts/igor';
import { z } from 'zod';
import { buildUrl, jobUrl } from './jenkins-api.ts';
import type { JenkinsConnection } from './jenkins-connection.ts';

/** Builds that are looked through for the one of a queue item that the master has forgotten. */
const LOOKED_THROUGH = 100;

const itemSchema = z.looseObject({
  id: z.number().int(),
  why: z.string().nullish(),
  stuck: z.boolean().nullish(),
  cancelled: z.boolean().nullish(),
  executable: z.looseObject({ number: z.number().int(), url: z.string().nullish() }).nullish(),
});
const builtSchema = z.looseObject({
  builds: z.array(z.looseObject({ number: z.number().int(), queueId: z.number().int().optional() })).default([]),
});

/**
 * What a queue item waits for, or the build that it became. Jenkins forgets items minutes after they left the queue: such a
 * build is found by the item that it names.
 */
export async function fetchQueueItem(
  master: JenkinsConnection,
  job: string,
  id: number,
  signal?: AbortSignal,
): Promise<QueueItem> {
  const url = master.url(`queue/item/${id}/api/json`);
  const item = await master.getJson(url, itemSchema, signal).catch((error: unknown) => {
    if (error instanceof ServiceError && error.status === 404) return undefined;
    throw error;
  });
  if (item?.executable) return left(master, job, id, item.executable.number);
  if (item?.cancelled) return { id, state: 'cancelled' };
  if (item) return { id, state: 'waiting', ...(item.why ? { why: item.why } : {}), stuck: item.stuck ?? false };
  const tree = encodeURIComponent(`builds[number,queueId]{0,${LOOKED_THROUGH}}`);
  const { builds } = await master.getJson(`${jobUrl(master, job)}api/json?tree=${tree}`, builtSchema, signal);
  const build = builds.find(({ queueId }) => queueId === id);
  return build ? left(master, job, id, build.number) : { id, state: 'unknown' };
}

function left(master: JenkinsConnection, job: string, id: number, number: number): QueueItem {
  return { id, state: 'left', number, url: buildUrl(master, job, number) };
}
