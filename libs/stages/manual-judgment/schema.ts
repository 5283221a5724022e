import { z } from 'zod';

/** Settings of a manual judgment, and its answer once there is one. */
export const manualJudgmentSchema = z.looseObject({
  instructions: z.string().optional().describe('what a person is to look at'),
  judgmentInputs: z
    .array(z.union([z.string(), z.looseObject({ value: z.string() })]))
    .optional()
    .describe('choices that a person picks one of'),
  judgmentStatus: z.string().optional().describe('continue or stop, set by the judge'),
  judgmentInput: z.string().optional().describe('the choice'),
  lastModifiedBy: z.string().optional().describe('who judged'),
  propagateAuthenticationContext: z.boolean().optional().describe('later stages act as the judge'),
});
export type ManualJudgmentContext = z.output<typeof manualJudgmentSchema>;

/** What a judge sends. */
export const judgmentSchema = z.looseObject({
  judgmentStatus: z.enum(['continue', 'stop']).optional(),
  judgmentInput: z.string().optional(),
});

/** The choices as texts. */
export function choicesOf(inputs: ManualJudgmentContext['judgmentInputs']): string[] {
  return (inputs ?? [])
    .map((input) => (typeof input === 'string' ? input : input.value))
    .filter((value) => value !== '');
}
