import { bindsProduced } from '@gennaker/extension-sdk/bind-produced';
import { defineStage, type JsonObject, type TaskDefinition } from '@gennaker/extension-sdk/stage';
import { monitorBuild, startBuild, waitForStart } from './follow-build.ts';
import { readBuildProperties } from './read-properties.ts';
import { type JenkinsStage, jenkinsStageSchema, propertyFileOf } from './schema.ts';

/** What a run leaves in the settings, and a new run must not find there. */
const LEFT_BEHIND = [
  'startKey',
  'queuedBuild',
  'buildNumber',
  'buildInfo',
  'propertyFileContents',
  'propertyReads',
  'artifacts',
  'resolvedExpectedArtifacts',
];

/** The steps of a build of these settings. */
function buildTasks(context: Readonly<JsonObject>): readonly TaskDefinition<JenkinsStage>[] {
  const starts = [startBuild, waitForStart];
  if (String(context['waitForCompletion'] ?? true) === 'false') return starts;
  const reads = propertyFileOf(context) === undefined ? [] : [readBuildProperties];
  return [...starts, monitorBuild, ...reads, ...bindsProduced(context)];
}

/** Runs a job of a Jenkins: starts it once, follows it, and hands on what it built. */
export default defineStage({
  type: 'jenkins',
  label: 'Jenkins',
  description: 'Runs a job of a Jenkins and hands on what it built',
  schema: jenkinsStageSchema,
  examples: [
    { master: 'demo-jenkins', job: 'hello' },
    {
      master: 'main',
      job: 'team/job/hello',
      parameters: { CHANNEL: 'stable' },
      propertyFile: 'build.properties',
      markUnstableAsSuccessful: true,
    },
  ],
  tasks: ({ context }) => buildTasks(context),
  prepareForRestart: ({ context }) => {
    const left = Object.fromEntries(Object.entries(context).filter(([key]) => !LEFT_BEHIND.includes(key)));
    return { context: left, outputs: {} };
  },
});
