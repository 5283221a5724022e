import { notificationSchema } from '@gennaker/contracts/notification-settings';
import { z } from 'zod';

/** A status of the commit that an execution was started with. */
export const githubStatusNotificationSchema = notificationSchema.extend({
  type: z.literal('githubStatus'),
  address: z.string().optional().describe('not used: the account of scm.accounts in gennaker.yml has it'),
  repo: z
    .string()
    .regex(/^[\w.-]+\/[\w.-]+$|\$\{|^$/, 'must be owner/name')
    .optional()
    .describe("absent: the trigger's"),
  commit: z
    .string()
    .regex(/^[0-9a-fA-F]{40}(?:[0-9a-fA-F]{24})?$|\$\{|^$/, "must be a commit's whole SHA")
    .optional()
    .describe("absent: the trigger's"),
  account: z.string().optional().describe('of scm.accounts in gennaker.yml; absent: the one of type github'),
  context: z.string().max(200).optional().describe('what it is a status of; absent: pipeline, or stage, by its name'),
});
