import { z } from 'zod';

const approvalSchema = z.looseObject({
  user: z.string(),
  at: z.number().describe('epoch milliseconds'),
  comment: z.string().optional(),
  input: z.string().optional(),
});

/** Settings of a manual judgment, and its answer once there is one. */
export const manualJudgmentSchema = z.looseObject({
  instructions: z.string().optional().describe('what a person is to look at'),
  judgmentInputs: z
    .array(z.union([z.string(), z.looseObject({ value: z.string() })]))
    .optional()
    .describe('choices that a person picks one of'),
  selectedStageRoles: z.array(z.string()).optional().describe('who may answer: a member of one of these roles'),
  requiredJudgmentRoles: z.array(z.string()).optional().describe('the same under an older name'),
  requiredApprovals: z.coerce.number().int().min(1).max(100).default(1).describe('how many different people approve'),
  allowSelfApproval: z.boolean().default(true).describe('may whoever started the execution approve it?'),
  requireComment: z.boolean().default(false).describe('an answer must say why'),
  judgmentTimeoutMs: z.coerce.number().int().min(1).optional().describe('time to answer, milliseconds'),
  deadline: z
    .union([z.number().positive(), z.string().min(1)])
    .optional()
    .describe('time to answer: minutes, or a moment such as 2030-01-31T12:00:00Z'),
  onDeadline: z.enum(['continue', 'stop']).default('stop').describe('what silence means when the time is over'),
  notifyEveryMs: z.coerce.number().int().min(60_000).optional().describe('remind this often while nobody answers'),
  sendNotifications: z.boolean().optional(),
  notifications: z
    .array(z.looseObject({ notifyEveryMs: z.coerce.number().optional(), when: z.array(z.string()).optional() }))
    .optional(),
  propagateAuthenticationContext: z.boolean().optional().describe('later stages act as the judge'),
  judgmentStatus: z.string().optional().describe('continue or stop, set by the judge'),
  judgmentInput: z.string().optional().describe('the choice'),
  judgmentComment: z.string().optional().describe('why, in the words of the judge'),
  lastModifiedBy: z.string().optional().describe('who judged'),
  approvals: z.array(approvalSchema).default([]).describe('who has approved so far'),
  reminders: z.number().optional().describe('how often it was reminded of'),
});
export type ManualJudgmentContext = z.output<typeof manualJudgmentSchema>;

/** What a judge sends. */
export const judgmentSchema = z.looseObject({
  judgmentStatus: z.enum(['continue', 'stop']).optional(),
  judgmentInput: z.string().optional(),
  judgmentComment: z.string().max(4_000).optional(),
});

/** The choices as texts. */
export function choicesOf(inputs: ManualJudgmentContext['judgmentInputs']): string[] {
  return (inputs ?? [])
    .map((input) => (typeof input === 'string' ? input : input.value))
    .filter((value) => value !== '');
}

/** The roles of which a judge must have one; none: everybody may answer who may change the execution. */
export function rolesOf(
  context: Pick<ManualJudgmentContext, 'selectedStageRoles' | 'requiredJudgmentRoles'>,
): readonly string[] {
  return [...new Set([...(context.selectedStageRoles ?? []), ...(context.requiredJudgmentRoles ?? [])])];
}
