import { executionTriggerSchema, jsonObject } from '@gennaker/contracts/execution';
import { buildInfoSchema } from '@gennaker/contracts/igor';
import { linearRegex } from '@gennaker/extension-sdk/linear-regex';
import { defineTrigger } from '@gennaker/extension-sdk/trigger';
import { z } from 'zod';
import { jenkinsTriggerSchema } from './schema.ts';

/** What igor puts into a build's event. */
const contentSchema = z.looseObject({
  master: z.string(),
  job: z.string(),
  buildInfo: buildInfoSchema,
  properties: jsonObject.optional(),
});

/** `folder/job/name` and `folder/name` are the same job. */
function plainJob(job: string): string {
  return job
    .split('/job/')
    .join('/')
    .replace(/^\/+|\/+$/g, '');
}

function unmetProperty(
  constraints: Readonly<Record<string, string>>,
  properties: Readonly<Record<string, unknown>>,
): string | undefined {
  for (const [key, pattern] of Object.entries(constraints)) {
    const value = properties[key];
    if (value === undefined) return `the build has no property "${key}", which must match /${pattern}/`;
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    try {
      if (!linearRegex(pattern).finds(text)) return `property "${key}" is "${text}", which does not match /${pattern}/`;
    } catch (error) {
      return `the constraint on "${key}" is no RE2 pattern: ${error instanceof Error ? error.message : String(error)}`;
    }
  }
  return undefined;
}

/** A Jenkins build: master and job equal, result SUCCESS, constraints met by the build's properties. */
export default defineTrigger({
  type: 'jenkins',
  label: 'Jenkins',
  description: 'A build of a Jenkins job has succeeded',
  eventTypes: ['jenkins'],
  schema: jenkinsTriggerSchema,
  examples: [{ type: 'jenkins', enabled: true, master: 'demo-jenkins', job: 'hello' }],
  match(trigger, event) {
    const no = (summary: string) => ({ matches: false, reason: { summary } });
    const content = contentSchema.safeParse(event.content);
    if (!content.success) return no('the event carries no build');
    const { master, job, buildInfo, properties } = content.data;
    if (trigger.master !== master) return no(`its master is "${trigger.master}", the build ran on "${master}"`);
    if (plainJob(trigger.job) !== plainJob(job)) return no(`its job is "${trigger.job}", the build is of "${job}"`);
    if (buildInfo.building) return no(`build ${buildInfo.number} still runs`);
    if (buildInfo.result !== 'SUCCESS')
      return no(
        `build ${buildInfo.number} ended with ${buildInfo.result ?? 'no result'}; only SUCCESS starts a pipeline`,
      );
    const unmet = unmetProperty(trigger.payloadConstraints ?? {}, properties ?? {});
    if (unmet) return no(unmet);
    return { matches: true, reason: { summary: `build ${buildInfo.number} of ${job} on ${master} succeeded` } };
  },
  toTrigger(trigger, event) {
    const { master, job, buildInfo, properties } = contentSchema.parse(event.content);
    return executionTriggerSchema.parse({
      ...trigger,
      master,
      job,
      buildNumber: buildInfo.number,
      link: buildInfo.url,
      buildInfo,
      properties: properties ?? {},
      artifacts: buildInfo.artifacts.map((artifact) => ({
        type: 'jenkins/file',
        name: artifact.fileName,
        version: String(buildInfo.number),
        reference: artifact.url ?? artifact.relativePath,
      })),
    });
  },
});
