import { z } from 'zod';

const flag = z.union([z.boolean(), z.stringbool()]);
const parameterValue = z.union([z.string(), z.number(), z.boolean()]).transform(String);

/** Settings of a build, in Spinnaker's words, and how far it is. */
export const jenkinsStageSchema = z.looseObject({
  master: z.string().min(1).describe('name of a configured master'),
  job: z.string().min(1).describe('name of the job; in folders as folder/job/name or folder/name'),
  parameters: z
    .record(z.string(), parameterValue.nullish())
    .default({})
    .describe("what the build is started with; absent: the job's own defaults"),
  propertyFile: z.string().optional().describe('archived file whose properties the stages after this one see'),
  property: z.string().optional().describe('the same, in an older word'),
  waitForCompletion: flag.default(true),
  markUnstableAsSuccessful: flag.default(false).describe('an unstable build counts as a success'),
  expectedArtifacts: z.array(z.looseObject({})).nullish(),
  startKey: z.string().optional(),
  queuedBuild: z.coerce.number().int().optional(),
  buildNumber: z.coerce.number().int().optional(),
  propertyReads: z.number().optional(),
});
export type JenkinsStage = z.output<typeof jenkinsStageSchema>;

/** The file that the stage reads, whichever word names it; undefined: none. */
export function propertyFileOf(stage: {
  readonly propertyFile?: unknown;
  readonly property?: unknown;
}): string | undefined {
  const name = stage.propertyFile || stage.property;
  return typeof name === 'string' && name !== '' ? name : undefined;
}
