import type { BuildInfo, JobConfig } from '@gennaker/contracts/igor';
import { z } from 'zod';
import type { JenkinsConnection } from './jenkins-connection.ts';
import { jobName, jobPath } from '@gennaker/contracts/jenkins-job';

const FOLDERS = 10;
const BUILD_TREE =
  'number,url,building,result,timestamp,duration,fullDisplayName,queueId,artifacts[fileName,displayPath,relativePath],' +
  'actions[parameters[name,value],remoteUrls,failCount,skipCount,totalCount,urlName,' +
  'lastBuiltRevision[SHA1,branch[name,SHA1]],build[revision[branch[name,SHA1]]]]';

const revisionSchema = z.looseObject({
  SHA1: z.string().optional(),
  branch: z.array(z.looseObject({ name: z.string(), SHA1: z.string() })).optional(),
});
const actionSchema = z.looseObject({
  parameters: z.array(z.looseObject({ name: z.string(), value: z.unknown() })).optional(),
  remoteUrls: z.array(z.string()).optional(),
  lastBuiltRevision: revisionSchema.nullish(),
  build: z.looseObject({ revision: revisionSchema.nullish() }).nullish(),
  failCount: z.number().optional(),
  skipCount: z.number().optional(),
  totalCount: z.number().optional(),
  urlName: z.string().nullish(),
});
const buildSchema = z.looseObject({
  number: z.number().int(),
  building: z.boolean().default(false),
  result: z.string().nullish(),
  timestamp: z.number().optional(),
  duration: z.number().optional(),
  fullDisplayName: z.string().optional(),
  queueId: z.number().int().optional(),
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
export function jobUrl(master: JenkinsConnection, job: string): string {
  return master.url(`${jobPath(job)}/`);
}

/** Address of a build on its master, ending in a slash. */
export function buildUrl(master: JenkinsConnection, job: string, number: number): string {
  return `${jobUrl(master, job)}${number}/`;
}

/** Address of an archived file of a build. */
export function artifactUrl(build: string, relativePath: string): string {
  return `${build}artifact/${relativePath.split('/').map(encodeURIComponent).join('/')}`;
}

/** A build with its artifacts' addresses, parameters and revisions. @throws ServiceError 404, or as the connection says when the master does not answer */
export async function fetchBuild(
  master: JenkinsConnection,
  job: string,
  number: number,
  signal?: AbortSignal,
): Promise<BuildInfo> {
  const url = buildUrl(master, job, number);
  const build = await master.getJson(`${url}api/json?tree=${encodeURIComponent(BUILD_TREE)}`, buildSchema, signal);
  return buildInfo(master, job, build);
}

/** The last builds of a job, the newest first. @throws ServiceError 404, or as the connection says when the master does not answer */
export async function fetchBuilds(master: JenkinsConnection, job: string, signal?: AbortSignal): Promise<BuildInfo[]> {
  const tree = encodeURIComponent(`builds[${BUILD_TREE}]{0,${MOST_BUILDS}}`);
  const schema = z.looseObject({ builds: z.array(buildSchema).default([]) });
  const { builds } = await master.getJson(`${jobUrl(master, job)}api/json?tree=${tree}`, schema, signal);
  return builds.map((build) => buildInfo(master, job, build)).toSorted((a, b) => b.number - a.number);
}

/** A job with its parameters. @throws ServiceError 404, or as the connection says when the master does not answer */
export async function fetchJob(master: JenkinsConnection, job: string, signal?: AbortSignal): Promise<JobConfig> {
  const url = jobUrl(master, job);
  const found = await master.getJson(`${url}api/json?tree=${encodeURIComponent(JOB_TREE)}`, jobSchema, signal);
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
function buildInfo(master: JenkinsConnection, job: string, build: z.output<typeof buildSchema>): BuildInfo {
  const url = buildUrl(master, job, build.number);
  const actions = build.actions.filter((action) => action !== null);
  const parameters = actions.flatMap((action) => action.parameters ?? []);
  const tests = actions.filter((action) => action.totalCount !== undefined);
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
      name: fileName,
      type: 'jenkins/file',
      version: String(build.number),
      reference: artifactUrl(url, relativePath),
    })),
    scm: actions.flatMap(revisionsOf),
    ...(build.queueId === undefined ? {} : { queueId: build.queueId }),
    ...(tests.length === 0 ? {} : { testResults: tests.map(testResult) }),
    ...(parameters.length === 0
      ? {}
      : { parameters: Object.fromEntries(parameters.map(({ name, value }) => [name, value])) }),
  };
}

function testResult({ failCount, skipCount, totalCount, urlName }: z.infer<typeof actionSchema>) {
  return {
    ...(failCount === undefined ? {} : { failCount }),
    ...(skipCount === undefined ? {} : { skipCount }),
    ...(totalCount === undefined ? {} : { totalCount }),
    ...(urlName ? { urlName } : {}),
  };
}

/** The git plugin tells of a revision in one of two ways, and often in both. */
function revisionsOf(action: z.infer<typeof actionSchema>): Record<string, unknown>[] {
  const revision = action.lastBuiltRevision ?? action.build?.revision;
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
export async function fetchJobs(master: JenkinsConnection, signal?: AbortSignal): Promise<string[]> {
  let tree = 'name';
  for (let depth = 1; depth < FOLDERS; depth += 1) tree = `name,jobs[${tree}]`;
  const url = master.url(`api/json?tree=${encodeURIComponent(`jobs[${tree}]`)}`);
  const root = await master.getJson(url, z.looseObject({ jobs: z.array(jobTreeSchema).default([]) }), signal);
  return root.jobs.flatMap((job) => namesOf(job, '')).toSorted();
}

function namesOf(job: JobTree, prefix: string): string[] {
  const name = `${prefix}${job.name}`;
  return job.jobs ? job.jobs.flatMap((child) => namesOf(child, `${name}/job/`)) : [name];
}
