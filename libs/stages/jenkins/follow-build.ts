import { ServiceError } from '@gennaker/contracts/error';
import type { Reason } from '@gennaker/contracts/execution';
import type { BuildInfo } from '@gennaker/contracts/igor';
import type { Status } from '@gennaker/contracts/status';
import type { TaskContext, TaskDefinition, TaskResult } from '@gennaker/extension-sdk/stage';
import { readProperties } from './read-properties.ts';
import { type JenkinsStage, propertyFileOf } from './schema.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** Pause while another try of the same start is under way, ms. */
const STARTING_MS = 1_000;
/** Looks in the first minute come quickly: most builds wait for seconds. */
const SOON_MS = 2_000;
const LATER_MS = 10_000;
/** The end of a console log that a failure shows, bytes and lines. */
const TAIL_BYTES = 4_000;
const TAIL_LINES = 12;

type Context = TaskContext<JenkinsStage>;

/** How a build that has ended counts. */
function statusOf(result: string | undefined, stage: JenkinsStage): Status {
  if (result === 'SUCCESS') return 'SUCCEEDED';
  if (result === 'UNSTABLE' && stage.markUnstableAsSuccessful) return 'SUCCEEDED';
  return result === 'ABORTED' ? 'CANCELED' : 'TERMINAL';
}

/** The options that every call to igor goes with. */
export function calls({ signal, traceparent, identity }: Context) {
  return { signal, traceparent, identity };
}

function pause({ now, taskStartTime }: Context): number {
  return now - taskStartTime < MINUTE_MS ? SOON_MS : LATER_MS;
}

/** Asks the master for a build, once: every try of this start has the same key. */
export const startBuild: TaskDefinition<JenkinsStage> = {
  name: 'startJenkinsJob',
  timeoutMs: 15 * MINUTE_MS,
  async run(context): Promise<TaskResult> {
    const { master, job, parameters } = context.context;
    const given = Object.entries(parameters).flatMap(([name, value]) =>
      value === null || value === undefined ? [] : [[name, value] as const],
    );
    const { queueItem } = await context.ports.igor.startBuild(
      { params: { master }, query: { job }, body: { parameters: Object.fromEntries(given) } },
      { ...calls(context), key: context.key },
    );
    if (queueItem === undefined)
      return {
        status: 'RUNNING',
        wakeAfterMs: STARTING_MS,
        reason: { summary: `${master} is being asked for a build of ${job}` },
      };
    return {
      status: 'SUCCEEDED',
      context: { queuedBuild: queueItem, startKey: context.key },
      reason: { summary: `A build of ${job} is queued on ${master}` },
    };
  },
  async onCancel(context): Promise<void> {
    await stop(context, { start: context.key });
  },
};

/** Waits until the build leaves the queue. */
export const waitForStart: TaskDefinition<JenkinsStage> = {
  name: 'waitForJenkinsJobStart',
  timeoutMs: 2 * HOUR_MS,
  async run(context): Promise<TaskResult> {
    const { master, job } = context.context;
    const item = queuedBuild(context);
    const found = await context.ports.igor.getQueueItem({ params: { master, item }, query: { job } }, calls(context));
    if (found.number !== undefined)
      return {
        status: 'SUCCEEDED',
        context: { buildNumber: found.number },
        outputs: { buildNumber: found.number },
        reason: { summary: `Build ${found.number} of ${job} has begun`, evidence: { link: found.url } },
      };
    if (found.state === 'waiting')
      return {
        status: 'RUNNING',
        wakeAfterMs: pause(context),
        reason: {
          summary: `The build of ${job} waits in the queue of ${master}${found.why ? `: ${found.why}` : ''}`,
          ...(found.stuck ? { next: `see in Jenkins why ${master} finds no room for it` } : {}),
        },
      };
    if (found.state === 'cancelled')
      return {
        status: 'CANCELED',
        reason: { summary: `Somebody took the build of ${job} out of the queue of ${master}` },
      };
    return {
      status: 'TERMINAL',
      reason: {
        summary: `${master} knows queue item ${item} no more, and none of the last builds of ${job} came from it`,
        next: `look at ${job} in Jenkins, then restart this stage`,
      },
    };
  },
  async onCancel(context): Promise<void> {
    await stop(context, { queueItem: queuedBuild(context) });
  },
};

/** Follows the build to its end. */
export const monitorBuild: TaskDefinition<JenkinsStage> = {
  name: 'monitorJenkinsJob',
  timeoutMs: 2 * HOUR_MS,
  async run(context): Promise<TaskResult> {
    const { master, job } = context.context;
    const number = buildNumber(context);
    const build = await context.ports.igor.getBuild({ params: { master, number }, query: { job } }, calls(context));
    if (build.building)
      return {
        status: 'RUNNING',
        wakeAfterMs: pause(context),
        context: { buildInfo: build },
        reason: { summary: `Build ${number} of ${job} runs`, evidence: { link: build.url } },
      };
    const status = statusOf(build.result, context.context);
    const artifacts = build.artifacts.map((artifact) => ({
      type: 'jenkins/file',
      name: artifact.fileName,
      version: String(number),
      reference: artifact.reference ?? artifact.url ?? artifact.relativePath,
    }));
    const known = { buildInfo: build, ...(artifacts.length > 0 ? { artifacts } : {}) };
    if (status === 'SUCCEEDED')
      return {
        status,
        context: known,
        outputs: known,
        reason: { summary: `Build ${number} of ${job} ended with ${build.result}`, evidence: { link: build.url } },
      };
    const [reason, properties] = await Promise.all([failure(context, build), propertiesOfFailed(context)]);
    return { status, context: { ...known, ...properties }, outputs: { ...known, ...properties }, reason };
  },
  async onCancel(context): Promise<void> {
    await stop(context, { number: buildNumber(context) });
  },
};

/** Why a build failed, with the end of what it wrote. */
async function failure(context: Context, build: BuildInfo): Promise<Reason> {
  const { master, job } = context.context;
  const { number, url: link, result } = build;
  const lines = await context.ports.igor
    .buildConsole({ params: { master, number }, query: { job, tail: TAIL_BYTES } }, calls(context))
    .then(({ text }) => text.trimEnd().split(/\r?\n/).slice(-TAIL_LINES))
    .catch(() => []);
  return {
    summary: `Build ${number} of ${job} on ${master} ended with ${result ?? 'no result'}`,
    evidence: { link, console: lines },
    next:
      result === 'UNSTABLE'
        ? 'mend its tests, or let the stage take unstable builds'
        : result === 'ABORTED'
          ? 'see in Jenkins who stopped it'
          : `see ${link}console, mend it and restart this stage`,
  };
}

/** A failed build may have archived its file too; that it has not is no further failure. */
async function propertiesOfFailed(context: Context): Promise<Record<string, unknown>> {
  const file = propertyFileOf(context.context);
  if (file === undefined) return {};
  return readProperties(context, file).catch((error: unknown) => {
    if (error instanceof ServiceError) return {};
    throw error;
  });
}

function queuedBuild({ context }: Context): number {
  if (context.queuedBuild === undefined) throw new TypeError('The stage has no queuedBuild');
  return context.queuedBuild;
}

function buildNumber({ context }: Context): number {
  if (context.buildNumber === undefined) throw new TypeError('The stage has no buildNumber');
  return context.buildNumber;
}

async function stop(
  context: Context,
  which: { readonly start?: string; readonly queueItem?: number; readonly number?: number },
): Promise<void> {
  const { master, job } = context.context;
  await context.ports.igor.stopBuild({ params: { master }, body: { job, ...which } }, calls(context));
}
