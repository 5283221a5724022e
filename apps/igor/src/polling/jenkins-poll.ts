import { z } from 'zod';
import type { IgorParts } from '../igor.ts';
import type { JenkinsConnection } from '../jenkins/jenkins-connection.ts';
import { jobUrl } from '../jenkins/jenkins-api.ts';
import type { Poll } from './poll-loop.ts';

const FOLDERS = 10;
/** Builds that one answer tells of. */
const PAGE = 200;
/** Jobs whose builds are asked for at the same time. */
const AT_ONCE = 4;
/** Whom builds that were found so are started for. */
const USER = 'anonymous';
const LAST_BUILD = 'lastBuild[number,building]';

const buildSchema = z.looseObject({
  number: z.number().int(),
  building: z.boolean().default(false),
  timestamp: z.number().default(0),
  duration: z.number().default(0),
});
const lastBuildSchema = z.looseObject({ number: z.number().int(), building: z.boolean().default(false) }).nullish();

interface JobTree {
  name: string;
  lastBuild?: z.output<typeof lastBuildSchema>;
  jobs?: JobTree[] | null | undefined;
}
const jobSchema: z.ZodType<JobTree> = z.lazy(() =>
  z.object({ name: z.string(), lastBuild: lastBuildSchema, jobs: z.array(jobSchema).nullish() }),
);
const rootSchema = z.looseObject({ jobs: z.array(jobSchema).default([]) });
const pageSchema = z.looseObject({ allBuilds: z.array(buildSchema).default([]) });

interface LookedAtJob {
  readonly job: string;
  /** Number of the last build; 0: none was made yet. */
  readonly last: number;
  readonly building: boolean;
}

/**
 * Looks at a master for builds that have ended since the last look, webhooks or not. Each becomes a notification under the
 * key that a webhook has for it, so that it counts once. The first look only notes how far each job is. A job that turns up
 * later counts with those builds that ended since the look before.
 */
export function jenkinsPoll(igor: IgorParts, master: JenkinsConnection): Poll {
  return {
    name: `jenkins:${master.settings.name}`,
    everyMs: master.settings.pollSeconds * 1_000,
    async look(seenAt, signal) {
      const { jobs, at } = await lookAtJobs(master, signal);
      const cursors = await cursorsOf(igor, master.settings.name);
      const news = jobs.filter(({ job, last }) => last !== cursors.get(job));
      if (seenAt === null) {
        await baseline(igor, master, news);
        return at;
      }
      const open = [...news];
      const work = async (): Promise<void> => {
        for (let next = open.shift(); next; next = open.shift())
          await followJob(igor, master, next, cursors.get(next.job), seenAt, signal);
      };
      await Promise.all(Array.from({ length: AT_ONCE }, work));
      return at;
    },
  };
}

async function lookAtJobs(
  master: JenkinsConnection,
  signal: AbortSignal,
): Promise<{ jobs: LookedAtJob[]; at: number }> {
  let tree = `name,${LAST_BUILD}`;
  for (let depth = 1; depth < FOLDERS; depth += 1) tree = `name,${LAST_BUILD},jobs[${tree}]`;
  const url = master.url(`api/json?tree=${encodeURIComponent(`jobs[${tree}]`)}`);
  const { value, at } = await master.getJsonAt(url, rootSchema, signal);
  return { jobs: value.jobs.flatMap((job) => leaves(job, '')), at };
}

function leaves(job: JobTree, prefix: string): LookedAtJob[] {
  const name = `${prefix}${job.name}`;
  if (job.jobs) return job.jobs.flatMap((child) => leaves(child, `${name}/job/`));
  return [{ job: name, last: job.lastBuild?.number ?? 0, building: job.lastBuild?.building ?? false }];
}

async function cursorsOf(igor: IgorParts, master: string): Promise<ReadonlyMap<string, number>> {
  const { rows } = await igor.db.pool.query<{ job: string; number: number }>(
    'select job, number from igor.job_cursors where master = $1',
    [master],
  );
  return new Map(rows.map(({ job, number }) => [job, number]));
}

/** The builds that there are do not count; one that still runs will. */
async function baseline(igor: IgorParts, master: JenkinsConnection, jobs: readonly LookedAtJob[]): Promise<void> {
  await igor.db.pool.query(
    `insert into igor.job_cursors (master, job, number) select $1, * from unnest($2::text[], $3::integer[])
     on conflict (master, job) do nothing`,
    [
      master.settings.name,
      jobs.map(({ job }) => job),
      jobs.map(({ last, building }) => (building ? Math.max(0, last - 1) : last)),
    ],
  );
}

async function followJob(
  igor: IgorParts,
  master: JenkinsConnection,
  { job, last }: LookedAtJob,
  cursor: number | undefined,
  seenAt: number,
  signal: AbortSignal,
): Promise<void> {
  // A job that was deleted and made again counts from one.
  const from = cursor === undefined || cursor > last ? 0 : cursor;
  const fresh = from === cursor;
  const builds = await buildsAfter(master, job, from, last, signal);
  const ended = builds
    .filter((build) => !build.building && (fresh || build.timestamp + build.duration > seenAt))
    .map(({ number }) => number);
  const running = builds.filter(({ building }) => building).map(({ number }) => number);
  const upTo = running.length === 0 ? last : Math.min(...running) - 1;
  const now = igor.clock.now();
  // One statement: how far the job is and what is told of it are kept together.
  await igor.db.pool.query(
    `with told as (
       insert into igor.notifications (key, master, job, number, "user", received_at, next_at)
       select 'jenkins:' || $1::text || ':' || $2::text || ':' || n, $1, $2, n, $5,
         to_timestamp($6::double precision / 1000), to_timestamp($6::double precision / 1000)
       from unnest($3::integer[]) as n on conflict (key) do nothing)
     insert into igor.job_cursors (master, job, number) values ($1, $2, $4)
     on conflict (master, job) do update set number = excluded.number`,
    [master.settings.name, job, ended, upTo, USER, now],
  );
}

/** The builds of a job after a number, up to another. */
async function buildsAfter(
  master: JenkinsConnection,
  job: string,
  from: number,
  last: number,
  signal: AbortSignal,
): Promise<z.output<typeof buildSchema>[]> {
  const found: z.output<typeof buildSchema>[] = [];
  for (let start = 0; ; start += PAGE) {
    const tree = encodeURIComponent(`allBuilds[number,building,timestamp,duration]{${start},${start + PAGE}}`);
    const { allBuilds } = await master.getJson(`${jobUrl(master, job)}api/json?tree=${tree}`, pageSchema, signal);
    found.push(...allBuilds.filter(({ number }) => number > from && number <= last));
    if (allBuilds.length < PAGE || allBuilds.some(({ number }) => number <= from)) return found;
  }
}
