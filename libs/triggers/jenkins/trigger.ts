import { executionTriggerSchema, jsonObject } from '@gennaker/contracts/execution';
import { buildInfoSchema } from '@gennaker/contracts/igor';
import { jobName } from '@gennaker/contracts/jenkins-job';
import { unmetConstraint } from '@gennaker/extension-sdk/payload-constraints';
import { defineTrigger } from '@gennaker/extension-sdk/trigger';
import { z } from 'zod';
import { jenkinsTriggerSchema } from './schema.ts';

/** What igor puts into a build's event. */
const contentSchema = z.looseObject({
  master: z.string(),
  job: z.string(),
  buildInfo: buildInfoSchema,
  /** The parameters of the build. */
  properties: jsonObject.optional(),
  /** The property files that it archived, by name; absent: they were not looked at. */
  propertyFiles: z
    .record(z.string(), z.object({ properties: jsonObject.optional(), problem: z.string().optional() }))
    .optional(),
});

/** Parameters and, over them, the properties of the trigger's file; or why that file cannot be had. */
function propertiesFor(
  file: string | undefined,
  { buildInfo, properties, propertyFiles }: z.output<typeof contentSchema>,
): Record<string, unknown> | string {
  if (!file) return properties ?? {};
  const found = propertyFiles?.[file];
  if (found?.properties) return { ...properties, ...found.properties };
  if (found) return `its property file "${file}" was not read: ${found.problem ?? 'no reason is known'}`;
  if (!propertyFiles)
    return `its property file "${file}" was not read: the payload of the master's webhooks is trusted`;
  const names = buildInfo.artifacts.map(({ fileName }) => fileName).join(', ') || 'nothing';
  return `build ${buildInfo.number} archived no property file "${file}", but ${names}`;
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
    const { master, job, buildInfo } = content.data;
    if (trigger.master !== master)
      return { ...no(`its master is "${trigger.master}", the build ran on "${master}"`), elsewhere: true };
    if (jobName(trigger.job) !== jobName(job))
      return { ...no(`its job is "${jobName(trigger.job)}", the build is of "${jobName(job)}"`), elsewhere: true };
    if (buildInfo.building) return no(`build ${buildInfo.number} still runs`);
    if (buildInfo.result !== 'SUCCESS')
      return no(
        `build ${buildInfo.number} ended with ${buildInfo.result ?? 'no result'}; only SUCCESS starts a pipeline`,
      );
    const properties = propertiesFor(trigger.propertyFile, content.data);
    if (typeof properties === 'string') return no(properties);
    const unmet = unmetConstraint(trigger.payloadConstraints ?? {}, properties, { keysOnly: true, whole: 'the build' });
    if (unmet) return { matches: false, reason: unmet };
    return { matches: true, reason: { summary: `build ${buildInfo.number} of ${job} on ${master} succeeded` } };
  },
  toTrigger(trigger, event) {
    const content = contentSchema.parse(event.content);
    const { master, job, buildInfo } = content;
    const properties = propertiesFor(trigger.propertyFile, content);
    return executionTriggerSchema.parse({
      ...trigger,
      master,
      job,
      buildNumber: buildInfo.number,
      link: buildInfo.url,
      buildInfo,
      properties: typeof properties === 'string' ? {} : properties,
      artifacts: buildInfo.artifacts.map((artifact) => ({
        type: 'jenkins/file',
        name: artifact.fileName,
        version: String(buildInfo.number),
        reference: artifact.url ?? artifact.relativePath,
      })),
    });
  },
});
