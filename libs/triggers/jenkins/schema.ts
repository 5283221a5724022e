import { z } from 'zod';

/** Starts when a build of a job has succeeded. */
export const jenkinsTriggerSchema = z.looseObject({
  type: z.literal('jenkins'),
  enabled: z.boolean().optional(),
  master: z.string().min(1).describe('name of a configured master'),
  job: z.string().min(1).describe('name of the job; in folders as folder/job/name'),
  payloadConstraints: z
    .record(z.string(), z.string())
    .optional()
    .describe('build property or parameter -> regular expression (RE2) that must be found in its value'),
});
export type JenkinsTrigger = z.infer<typeof jenkinsTriggerSchema>;
