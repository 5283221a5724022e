import { ServiceError } from '@gennaker/contracts/error';
import type { Igor } from './igor.ts';
import { buildUrl, fetchBuild } from './jenkins/jenkins-api.ts';
import type { JenkinsConnection } from './jenkins/jenkins-connection.ts';
import { masterNamed } from './jenkins/masters.ts';
import { fetchQueueItem } from './jenkins/queue.ts';
import { callOffStart } from './start-build.ts';

/** What to stop: known by its number, its queue item, or the key that it was started with. */
export interface StopCall {
  readonly master: string;
  readonly job: string;
  readonly number?: number | undefined;
  readonly queueItem?: number | undefined;
  readonly start?: string | undefined;
  readonly signal?: AbortSignal;
}

/**
 * Takes a build out of the queue, or stops it where it runs. Doing it again does no harm.
 * @throws ServiceError 400 when nothing is named, or as the connection says
 */
export async function stopBuild(igor: Igor, call: StopCall): Promise<{ stopped: boolean }> {
  const master = masterNamed(igor.connections, call.master);
  const { job, signal } = call;
  if (call.number !== undefined) return { stopped: await stopRunning(master, job, call.number, signal) };
  const item = call.queueItem ?? (call.start === undefined ? undefined : await callOff(igor, call, call.start));
  if (item !== undefined) return { stopped: await stopQueued(master, job, item, signal) };
  if (call.start !== undefined) return { stopped: false };
  throw new ServiceError(400, 'What is to be stopped is not said', {
    field: 'number',
    fix: 'give the number of the build, its queueItem, or the key of its start',
  });
}

const callOff = (igor: Igor, { master, job, signal }: StopCall, key: string): Promise<number | undefined> =>
  callOffStart(igor, { key, master, job, ...(signal ? { signal } : {}) });

async function stopQueued(
  master: JenkinsConnection,
  job: string,
  id: number,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const item = await fetchQueueItem(master, job, id, signal);
  if (item.number !== undefined) return stopRunning(master, job, item.number, signal);
  if (item.state !== 'waiting') return false;
  await master.post(master.url('queue/cancelItem'), { id: String(id) }, signal).catch(unlessGone);
  // It may have left the queue while it was taken out.
  const after = await fetchQueueItem(master, job, id, signal);
  if (after.number !== undefined) return stopRunning(master, job, after.number, signal);
  return true;
}

async function stopRunning(
  master: JenkinsConnection,
  job: string,
  number: number,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const build = await fetchBuild(master, job, number, signal);
  if (!build.building) return false;
  await master.post(`${buildUrl(master, job, number)}stop`, {}, signal).catch(unlessGone);
  return true;
}

function unlessGone(error: unknown): void {
  if (!(error instanceof ServiceError) || error.status !== 404) throw error;
}
