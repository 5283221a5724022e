import { defineStage } from '@gennaker/extension-sdk/stage';
import { judge } from './judge.ts';
import { manualJudgmentSchema } from './schema.ts';
import { waitForJudgment } from './wait-for-judgment.ts';

const THREE_DAYS_MS = 3 * 24 * 3600 * 1000;
/** What an answer leaves in the context. */
const ANSWER = [
  'judgmentStatus',
  'judgmentInput',
  'judgmentComment',
  'lastModifiedBy',
  'approvals',
  'judgedByDeadline',
  'reminders',
];

/** Waits for one or more people to let the pipeline go on, or for one to stop it. Answers come as patches of the stage. */
export default defineStage({
  type: 'manualJudgment',
  label: 'Manual Judgment',
  description: 'Waits for a person to approve',
  schema: manualJudgmentSchema,
  examples: [
    { instructions: 'Look at the new version' },
    { instructions: 'Which size?', judgmentInputs: [{ value: 'small' }, { value: 'large' }] },
    { requiredApprovals: 2, selectedStageRoles: ['release'], allowSelfApproval: false, requireComment: true },
    { deadline: 60, onDeadline: 'stop' },
  ],
  canManuallySkip: true,
  runsInDryRun: true,
  tasks: ({ context }) => [
    {
      name: 'waitForJudgment',
      // Its own deadline says what silence means, and may be later.
      ...(context['deadline'] === undefined && context['judgmentTimeoutMs'] === undefined
        ? { timeoutMs: THREE_DAYS_MS }
        : {}),
      run: waitForJudgment,
    },
  ],
  onPatch: judge,
  prepareForRestart: ({ context, outputs }) => {
    const { judgmentInput: _chosen, ...kept } = outputs;
    const fresh = Object.fromEntries(Object.entries(context).filter(([key]) => !ANSWER.includes(key)));
    const notifications = fresh['notifications'];
    if (!Array.isArray(notifications)) return { context: fresh, outputs: kept };
    const unsent = notifications.map((notification: Record<string, unknown>) => {
      const { lastNotifiedByNotificationState: _sent, ...rest } = notification;
      return rest;
    });
    return { context: { ...fresh, notifications: unsent }, outputs: kept };
  },
});
