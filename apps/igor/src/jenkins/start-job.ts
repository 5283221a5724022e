import { badRequest, ServiceError } from '@gennaker/contracts/error';
import type { JobConfig } from '@gennaker/contracts/igor';
import { z } from 'zod';
import { fetchJob, jobUrl } from './jenkins-api.ts';
import type { JenkinsConnection } from './jenkins-connection.ts';

/** Builds that are looked through for one whose start has lost its answer. */
const LOOKED_THROUGH = 50;

const parametersSchema = z
  .array(
    z
      .looseObject({
        parameters: z.array(z.looseObject({ name: z.string(), value: z.unknown() })).nullish(),
      })
      .nullable(),
  )
  .default([]);
const queueSchema = z.looseObject({
  items: z
    .array(
      z.looseObject({
        id: z.number().int(),
        task: z.looseObject({ url: z.string().optional() }).nullish(),
        actions: parametersSchema,
      }),
    )
    .default([]),
});
const builtSchema = z.looseObject({
  builds: z.array(z.looseObject({ queueId: z.number().int().default(0), actions: parametersSchema })).default([]),
});

/** A start of a job that the master took: its queue item, and what it was started with. */
export interface TakenStart {
  readonly queueItem: number;
  readonly parameters: Readonly<Record<string, unknown>>;
}

/**
 * Checks what a job is to be started with.
 * @throws ServiceError 400 naming the parameter and what is possible, 409 when the job takes no builds
 */
export function checkStart(job: JobConfig, parameters: Readonly<Record<string, string>>): void {
  if (!job.buildable)
    throw new ServiceError(409, `Job ${job.name} takes no builds`, {
      field: 'job',
      fix: 'enable it in Jenkins, or name another job',
    });
  const known = job.parameterDefinitionList;
  for (const [name, value] of Object.entries(parameters)) {
    const definition = known.find((each) => each.name === name);
    if (!definition)
      throw badRequest(
        known.length === 0
          ? `Job ${job.name} takes no parameters, and "${name}" is given`
          : `Job ${job.name} has no parameter "${name}"`,
        {
          field: `parameters.${name}`,
          fix:
            known.length === 0
              ? 'leave the parameters out, or add them to the job in Jenkins'
              : `use ${known.map((each) => each.name).join(', ')}`,
        },
      );
    if (definition.choices && !definition.choices.includes(value))
      throw badRequest(`"${value}" is no choice for parameter "${name}" of job ${job.name}`, {
        field: `parameters.${name}`,
        fix: `choose one of ${definition.choices.join(', ')}`,
      });
  }
}

/** A job that may be started with these parameters. @throws ServiceError as `checkStart` and the connection say */
export async function startableJob(
  master: JenkinsConnection,
  job: string,
  parameters: Readonly<Record<string, string>>,
  signal?: AbortSignal,
): Promise<JobConfig> {
  const found = await fetchJob(master, job, signal);
  checkStart(found, parameters);
  return found;
}

/**
 * Asks the master for a build; the answer is its queue item. Jenkins itself gives one item to requests that are the same
 * while the first still waits.
 * @throws ServiceError as the connection says, 502 when the master names no queue item
 */
export async function askForBuild(
  master: JenkinsConnection,
  job: JobConfig,
  parameters: Readonly<Record<string, string>>,
  signal?: AbortSignal,
): Promise<number> {
  const parametrised = job.parameterDefinitionList.length > 0;
  const url = `${jobUrl(master, job.name)}${parametrised ? 'buildWithParameters' : 'build'}`;
  // Jenkins refuses a parametrised build that names none: what it does not know it leaves out.
  const form = parametrised && Object.keys(parameters).length === 0 ? { startedBy: 'gennaker' } : parameters;
  const response = await master.post(url, form, signal);
  const item = /\/queue\/item\/(\d+)\/?$/.exec(response.headers.get('location') ?? '')?.[1];
  if (item !== undefined) return Number(item);
  throw master.failed(
    502,
    `answered ${response.status} to POST ${url} without a queue item`,
    `look at job ${job.name} in Jenkins for what it did, and check that ${master.settings.address} is a Jenkins`,
  );
}

/** The starts of a job that the master knows, waiting or begun, the oldest first. */
export async function takenStarts(master: JenkinsConnection, job: string, signal?: AbortSignal): Promise<TakenStart[]> {
  const url = jobUrl(master, job);
  const tree = encodeURIComponent(`builds[queueId,actions[parameters[name,value]]]{0,${LOOKED_THROUGH}}`);
  const queueTree = encodeURIComponent('items[id,task[url],actions[parameters[name,value]]]');
  // The queue first: what leaves it in between is then found among the builds.
  const queue = await master.getJson(master.url(`queue/api/json?tree=${queueTree}`), queueSchema, signal);
  const { builds } = await master.getJson(`${url}api/json?tree=${tree}`, builtSchema, signal);
  const path = new URL(url).pathname;
  const waiting = queue.items.filter(({ task }) => task?.url !== undefined && URL.canParse(task.url, url));
  const found = [
    ...waiting
      .filter(({ task }) => new URL(task?.url ?? '', url).pathname.endsWith(path))
      .map(({ id, actions }) => ({ queueItem: id, parameters: parametersOf(actions) })),
    ...builds.map(({ queueId, actions }) => ({ queueItem: queueId, parameters: parametersOf(actions) })),
  ];
  return [...new Map(found.map((each) => [each.queueItem, each])).values()].toSorted(
    (a, b) => a.queueItem - b.queueItem,
  );
}

function parametersOf(actions: z.output<typeof parametersSchema>): Record<string, unknown> {
  const all = actions.flatMap((action) => action?.parameters ?? []);
  return Object.fromEntries(all.map(({ name, value }) => [name, value]));
}
