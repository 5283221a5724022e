import { ServiceError } from '@gennaker/contracts/error';
import type { BuildInfo, JobConfig } from '@gennaker/contracts/igor';
import type { JenkinsMaster } from '@gennaker/service/config';
import { z } from 'zod';
import { jobName, jobPath } from './job-name.ts';

/** Not 502 to 504: those say that igor itself is away, and callers would stop calling it for all masters. */
const UPSTREAM_FAILED = 500;
const TIMEOUT_MS = 10_000;
const FOLDERS = 10;
const BUILD_TREE =
  'number,url,building,result,timestamp,duration,fullDisplayName,artifacts[fileName,displayPath,relativePath],' +
  'actions[parameters[name,value],remoteUrls,lastBuiltRevision[SHA1,branch[name,SHA1]]]';

const revisionSchema = z.looseObject({
  SHA1: z.string().optional(),
  branch: z.array(z.looseObject({ name: z.string(), SHA1: z.string() })).optional(),
});
const actionSchema = z.looseObject({
  parameters: z.array(z.looseObject({ name: z.string(), value: z.unknown() })).optional(),
  remoteUrls: z.array(z.string()).optional(),
  lastBuiltRevision: revisionSchema.optional(),
});
const buildSchema = z.looseObject({
  number: z.number().int(),
  building: z.boolean().default(false),
  result: z.string().nullish(),
  timestamp: z.number().optional(),
  duration: z.number().optional(),
  fullDisplayName: z.string().optional(),
  artifacts: z
    .array(z.looseObject({ fileName: z.string(), displayPath: z.string().nullish(), relativePath: z.string() }))
    .default([]),
  actions: z.array(actionSchema.nullable()).default([]),
});

/** Builds of a job that a list shows. */
const MOST_BUILDS = 100;
const JOB_TREE =
  'name,displayName,description,url,buildable,concurrentBuild,' +
  'property[parameterDefinitions[name,type,description,choices,defaultParameterValue[value]]]';

const parameterSchema = z.looseObject({
  name: z.string(),
  type: z.string().nullish(),
  description: z.string().nullish(),
  choices: z.array(z.string()).nullish(),
  defaultParameterValue: z.looseObject({ value: z.unknown() }).nullish(),
});
const jobSchema = z.looseObject({
  displayName: z.string().nullish(),
  description: z.string().nullish(),
  url: z.string().nullish(),
  buildable: z.boolean().default(false),
  concurrentBuild: z.boolean().default(false),
  property: z.array(z.looseObject({ parameterDefinitions: z.array(parameterSchema).nullish() }).nullable()).default([]),
});

interface JobTree {
  name: string;
  jobs?: JobTree[] | null | undefined;
}
const jobTreeSchema: z.ZodType<JobTree> = z.lazy(() =>
  z.object({ name: z.string(), jobs: z.array(jobTreeSchema).nullish() }),
);

/** Address of a job on its master, ending in a slash. */
function jobUrl(master: JenkinsMaster, job: string): string {
  return `${master.address.replace(/\/+$/, '')}/${jobPath(job)}/`;
}

/** Address of a build on its master, ending in a slash. */
export function buildUrl(master: JenkinsMaster, job: string, number: number): string {
  return `${jobUrl(master, job)}${number}/`;
}

/** Address of an archived file of a build. */
export function artifactUrl(build: string, relativePath: string): string {
  return `${build}artifact/${relativePath.split('/').map(encodeURIComponent).join('/')}`;
}

async function ask<T>(master: JenkinsMaster, url: string, schema: z.ZodType<T>, signal?: AbortSignal): Promise<T> {
  const what = `GET ${url}`;
  const limit = AbortSignal.timeout(TIMEOUT_MS);
  let response: Response;
  try {
    response = await fetch(url, {
      headers: {
        accept: 'application/json',
        ...(master.username === undefined
          ? {}
          : {
              authorization: `Basic ${Buffer.from(`${master.username}:${master.token ?? ''}`).toString('base64')}`,
            }),
      },
      // The address is an operator's; where it sends on to is not.
      redirect: 'error',
      signal: signal ? AbortSignal.any([signal, limit]) : limit,
    });
  } catch (error) {
    const why = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
    throw new ServiceError(UPSTREAM_FAILED, `Master "${master.name}" did not answer ${what} (${why})`, {
      fix: `check that ${master.address} is up and reachable from here`,
    });
  }
  const text = await response.text();
  if (response.status === 404)
    throw new ServiceError(404, `Master "${master.name}" answered 404 to ${what}`, {
      fix: 'check the name of the job and the number of the build',
    });
  if (!response.ok)
    throw new ServiceError(UPSTREAM_FAILED, `Master "${master.name}" answered ${response.status} to ${what}`, {
      fix:
        response.status === 401 || response.status === 403
          ? 'give the master a username and token in gennaker.yml'
          : "see the master's log",
    });
  const parsed = schema.safeParse(safeJson(text));
  if (parsed.success) return parsed.data;
  throw new ServiceError(
    UPSTREAM_FAILED,
    `Master "${master.name}" answered ${what} with something else than Jenkins does`,
    {
      fix: `check that ${master.address} is a Jenkins`,
      errors: parsed.error.issues.slice(0, 5).map((issue) => `${issue.path.join('.')}: ${issue.message}`),
    },
  );
}

function safeJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A build with its artifacts' addresses, parameters and revisions. @throws ServiceError 404, or 500 when the master does not answer */
export async function fetchBuild(
  master: JenkinsMaster,
  job: string,
  number: number,
  signal?: AbortSignal,
): Promise<BuildInfo> {
  const url = buildUrl(master, job, number);
  const build = await ask(master, `${url}api/json?tree=${encodeURIComponent(BUILD_TREE)}`, buildSchema, signal);
  return buildInfo(master, job, build);
}

/** The last builds of a job, the newest first. @throws ServiceError 404, or 500 when the master does not answer */
export async function fetchBuilds(master: JenkinsMaster, job: string, signal?: AbortSignal): Promise<BuildInfo[]> {
  const tree = encodeURIComponent(`builds[${BUILD_TREE}]{0,${MOST_BUILDS}}`);
  const schema = z.looseObject({ builds: z.array(buildSchema).default([]) });
  const { builds } = await ask(master, `${jobUrl(master, job)}api/json?tree=${tree}`, schema, signal);
  return builds.map((build) => buildInfo(master, job, build)).toSorted((a, b) => b.number - a.number);
}

/** A job with its parameters. @throws ServiceError 404, or 500 when the master does not answer */
export async function fetchJob(master: JenkinsMaster, job: string, signal?: AbortSignal): Promise<JobConfig> {
  const url = jobUrl(master, job);
  const found = await ask(master, `${url}api/json?tree=${encodeURIComponent(JOB_TREE)}`, jobSchema, signal);
  const parameters = found.property.flatMap((property) => property?.parameterDefinitions ?? []);
  return {
    name: jobName(job),
    displayName: found.displayName ?? jobName(job),
    description: found.description ?? '',
    url,
    buildable: found.buildable,
    concurrentBuild: found.concurrentBuild,
    parameterDefinitionList: parameters.map(({ name, type, description, choices, defaultParameterValue }) => ({
      name,
      ...(type ? { type } : {}),
      ...(description ? { description } : {}),
      ...(defaultParameterValue ? { defaultValue: defaultParameterValue.value } : {}),
      ...(choices ? { choices } : {}),
    })),
  };
}

/** A build as executions carry it. */
function buildInfo(master: JenkinsMaster, job: string, build: z.output<typeof buildSchema>): BuildInfo {
  const url = buildUrl(master, job, build.number);
  const actions = build.actions.filter((action) => action !== null);
  const parameters = actions.flatMap((action) => action.parameters ?? []);
  return {
    name: jobName(job),
    number: build.number,
    url,
    building: build.building,
    ...(build.result ? { result: build.result } : {}),
    ...(build.timestamp === undefined ? {} : { timestamp: String(build.timestamp) }),
    ...(build.duration === undefined ? {} : { duration: build.duration }),
    fullDisplayName: build.fullDisplayName ?? `${jobName(job)} #${build.number}`,
    artifacts: build.artifacts.map(({ fileName, displayPath, relativePath }) => ({
      fileName,
      displayPath: displayPath ?? relativePath,
      relativePath,
      url: artifactUrl(url, relativePath),
    })),
    scm: actions.flatMap(revisionsOf),
    ...(parameters.length === 0
      ? {}
      : { parameters: Object.fromEntries(parameters.map(({ name, value }) => [name, value])) }),
  };
}

function revisionsOf(action: z.infer<typeof actionSchema>): Record<string, unknown>[] {
  const revision = action.lastBuiltRevision;
  if (!revision) return [];
  const remoteUrl = action.remoteUrls?.[0];
  const branches = revision.branch ?? [];
  return branches.map((branch) => ({
    name: branch.name,
    branch: branch.name.split('/').at(-1),
    sha1: branch.SHA1,
    ...(remoteUrl === undefined ? {} : { remoteUrl }),
  }));
}

/** Names of a master's jobs, ten folders deep, as triggers write them. */
export async function fetchJobs(master: JenkinsMaster, signal?: AbortSignal): Promise<string[]> {
  let tree = 'name';
  for (let depth = 1; depth < FOLDERS; depth += 1) tree = `name,jobs[${tree}]`;
  const url = `${master.address.replace(/\/+$/, '')}/api/json?tree=${encodeURIComponent(`jobs[${tree}]`)}`;
  const root = await ask(master, url, z.looseObject({ jobs: z.array(jobTreeSchema).default([]) }), signal);
  return root.jobs.flatMap((job) => namesOf(job, '')).toSorted();
}

function namesOf(job: JobTree, prefix: string): string[] {
  const name = `${prefix}${job.name}`;
  return job.jobs && job.jobs.length > 0 ? job.jobs.flatMap((child) => namesOf(child, `${name}/job/`)) : [name];
}
