import { ServiceError } from '@gennaker/contracts/error';
import type { TaskContext, TaskDefinition, TaskResult } from '@gennaker/extension-sdk/stage';
import { type JenkinsStage, jenkinsStageSchema, propertyFileOf } from './schema.ts';

/** Jenkins may show a build as ended before its files can be had. */
const TRIES = 5;
const PAUSE_MS = 2_000;
const SETTINGS = new Set([
  ...Object.keys(jenkinsStageSchema.shape),
  'buildInfo',
  'artifacts',
  'status',
  'type',
  'name',
]);

/** The properties of the build's file: by themselves, and together as `propertyFileContents`. */
export async function readProperties(
  { context, ports, signal, traceparent, identity }: TaskContext<JenkinsStage>,
  file: string,
): Promise<Record<string, unknown>> {
  const { master, job, buildNumber } = context;
  if (buildNumber === undefined) throw new TypeError('The stage has no buildNumber');
  const { properties } = await ports.igor.buildProperties(
    { params: { master, number: buildNumber }, query: { job, file } },
    { signal, traceparent, identity },
  );
  // A property that is called like a setting is reached through propertyFileContents alone.
  const own = Object.entries(properties).filter(([name]) => !SETTINGS.has(name));
  return { ...Object.fromEntries(own), propertyFileContents: properties };
}

/** Hands the properties of the archived file on. */
export const readBuildProperties: TaskDefinition<JenkinsStage> = {
  name: 'getBuildProperties',
  timeoutMs: 15 * 60_000,
  async run(context): Promise<TaskResult> {
    const file = propertyFileOf(context.context) ?? '';
    try {
      const read = await readProperties(context, file);
      return {
        status: 'SUCCEEDED',
        context: read,
        outputs: read,
        reason: { summary: `${file} has been read` },
      };
    } catch (error) {
      if (!(error instanceof ServiceError) || error.status >= 500) throw error;
      const tries = (context.context.propertyReads ?? 0) + 1;
      const reason = { summary: error.message, ...(error.details.fix ? { next: error.details.fix } : {}) };
      if (error.status === 404 && tries < TRIES)
        return { status: 'RUNNING', wakeAfterMs: PAUSE_MS, context: { propertyReads: tries }, reason };
      return { status: 'TERMINAL', reason };
    }
  },
};
