import { z } from 'zod';

/** Starts when a build of a job has succeeded. */
export const jenkinsTriggerSchema = z.looseObject({
  type: z.literal('jenkins'),
  enabled: z.boolean().optional(),
  master: z.string().min(1).describe('name of a configured master'),
  job: z.string().min(1).describe('name of the job; in folders as folder/job/name or folder/name'),
  propertyFile: z.string().optional().describe('archived file whose properties the execution gets'),
  payloadConstraints: z
    .record(z.string(), z.string().nullable())
    .optional()
    .describe(
      'parameter of the build or property of its file -> regular expression (RE2) that must be found in its value',
    ),
});
export type JenkinsTrigger = z.infer<typeof jenkinsTriggerSchema>;
