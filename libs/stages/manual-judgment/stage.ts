import { badRequest, ServiceError } from '@gennaker/contracts/error';
import { defineStage } from '@gennaker/extension-sdk/stage';
import { choicesOf, judgmentSchema, manualJudgmentSchema } from './schema.ts';

const THREE_DAYS_MS = 3 * 24 * 3600 * 1000;

/** Waits for a person to let the pipeline go on or to stop it. The answer comes as a patch of the stage. */
export default defineStage({
  type: 'manualJudgment',
  label: 'Manual Judgment',
  description: 'Waits for a person to approve',
  schema: manualJudgmentSchema,
  examples: [
    { instructions: 'Look at the new version' },
    { instructions: 'Which size?', judgmentInputs: [{ value: 'small' }, { value: 'large' }] },
  ],
  canManuallySkip: true,
  tasks: () => [
    {
      name: 'waitForJudgment',
      timeoutMs: THREE_DAYS_MS,
      run: async ({ context, application }) => {
        const answer = context.judgmentStatus?.toLowerCase();
        const by = context.lastModifiedBy ?? 'somebody';
        const chosen = context.judgmentInput === undefined ? '' : ` (${context.judgmentInput})`;
        const evidence = { judge: by, judgmentStatus: answer, judgmentInput: context.judgmentInput };
        if (answer === 'continue')
          return {
            status: 'SUCCEEDED',
            outputs: { ...(context.judgmentInput === undefined ? {} : { judgmentInput: context.judgmentInput }) },
            reason: { summary: `Approved by ${by}${chosen}`, evidence },
          };
        if (answer === 'stop')
          return {
            status: 'TERMINAL',
            reason: {
              summary: `Stopped by ${by}${chosen}`,
              evidence,
              next: 'start the pipeline again when it is right',
            },
          };
        const choices = choicesOf(context.judgmentInputs);
        return {
          status: 'RUNNING',
          reason: {
            summary: `Waiting for a member of ${application} to approve`,
            evidence: {
              ...(context.instructions ? { instructions: context.instructions } : {}),
              ...(choices.length > 0 ? { choices } : {}),
            },
            next: 'approve or stop it; unanswered, it fails after its timeout (3 days unless set)',
          },
        };
      },
    },
  ],
  onPatch: (stage, patch, { by }) => {
    const parsed = judgmentSchema.safeParse(patch);
    if (!parsed.success)
      throw badRequest('judgmentStatus must be "continue" or "stop"', {
        field: 'judgmentStatus',
        fix: 'send {"judgmentStatus":"continue"} or {"judgmentStatus":"stop"}',
      });
    const { judgmentStatus, judgmentInput } = parsed.data;
    if (judgmentStatus === undefined) return patch;
    const given = stage.context['judgmentStatus'];
    if (given !== undefined && given !== '' && given !== judgmentStatus)
      throw new ServiceError(409, `"${stage.name}" was already judged: ${String(given)}`, { field: 'judgmentStatus' });
    const settings = manualJudgmentSchema.safeParse(stage.context);
    const choices = settings.success ? choicesOf(settings.data.judgmentInputs) : [];
    const needsChoice = choices.length > 0 && (judgmentStatus === 'continue' || judgmentInput !== undefined);
    if (needsChoice && !choices.includes(judgmentInput ?? ''))
      throw badRequest(
        judgmentInput === undefined
          ? `"${stage.name}" needs a choice`
          : `"${judgmentInput}" is no choice of "${stage.name}"`,
        { field: 'judgmentInput', fix: `choose one of ${choices.join(', ')}` },
      );
    return { ...patch, lastModifiedBy: by.user };
  },
});
