import { badRequest, ServiceError } from '@gennaker/contracts/error';
import type { JsonObject, PatchCall, PlannedStage } from '@gennaker/extension-sdk/stage';
import { choicesOf, judgmentSchema, type ManualJudgmentContext, manualJudgmentSchema, rolesOf } from './schema.ts';

/** What no answer may change: it would undo the rules that the answer has to keep. */
const FIXED = [...Object.keys(manualJudgmentSchema.shape), 'judgedByDeadline', 'type', 'name', 'refId'].filter(
  (key) => !(key in judgmentSchema.shape) && key !== 'lastModifiedBy',
);

/**
 * Takes a person's answer.
 * @throws ServiceError 400 an answer that says nothing usable, 403 somebody who may not answer, 409 answered already
 */
export function judge(stage: PlannedStage, patch: JsonObject, { by, starter, now }: PatchCall): JsonObject {
  const fixed = FIXED.find((key) => Object.hasOwn(patch, key));
  if (fixed !== undefined)
    throw badRequest(`An answer cannot change "${fixed}" of "${stage.name}"`, {
      field: fixed,
      fix: 'send judgmentStatus, judgmentInput and judgmentComment; other settings belong to the pipeline',
    });
  const sent = judgmentSchema.safeParse(patch);
  if (!sent.success)
    throw badRequest('judgmentStatus must be "continue" or "stop", what goes with it texts', {
      field: sent.error.issues[0]?.path.join('.') ?? 'judgmentStatus',
      fix: 'send {"judgmentStatus":"continue"} or {"judgmentStatus":"stop"}',
    });
  const read = manualJudgmentSchema.safeParse(stage.context);
  if (!read.success)
    throw new ServiceError(422, `The settings of "${stage.name}" cannot be used: ${read.error.issues[0]?.message}`, {
      field: read.error.issues[0]?.path.join('.') ?? 'stage',
      fix: 'correct the pipeline and start it again',
    });
  const settings = read.data;
  const { judgmentStatus, judgmentInput, judgmentComment } = sent.data;
  const skips = patch['manualSkip'] === true;
  const { lastModifiedBy: _claimed, ...rest } = patch;
  if (judgmentStatus === undefined && !skips && judgmentInput === undefined && judgmentComment === undefined)
    return rest;
  refuseUnlessEntitled(stage, settings, judgmentStatus === 'continue' || skips, skips, by, starter);
  if (judgmentStatus === undefined) return rest;
  const given = settings.judgmentStatus?.toLowerCase();
  if (given) {
    // The same answer once more, as after a lost response.
    if (given === judgmentStatus && settings.lastModifiedBy === by.user) return {};
    throw new ServiceError(409, `"${stage.name}" was already judged: ${given}`, {
      field: 'judgmentStatus',
      fix: 'read the execution: it has gone on',
    });
  }
  const choices = choicesOf(settings.judgmentInputs);
  const needsChoice = choices.length > 0 && (judgmentStatus === 'continue' || judgmentInput !== undefined);
  if (needsChoice && !choices.includes(judgmentInput ?? ''))
    throw badRequest(
      judgmentInput === undefined
        ? `"${stage.name}" needs a choice`
        : `"${judgmentInput}" is no choice of "${stage.name}"`,
      { field: 'judgmentInput', fix: `choose one of ${choices.join(', ')}` },
    );
  if (settings.requireComment && !judgmentComment?.trim())
    throw badRequest(`"${stage.name}" needs a comment`, {
      field: 'judgmentComment',
      fix: 'say in judgmentComment why',
    });
  if (judgmentStatus === 'stop') return { ...rest, lastModifiedBy: by.user };
  if (settings.approvals.some((approval) => approval.user === by.user))
    throw new ServiceError(409, `${by.user} has approved "${stage.name}" already, and counts once`, {
      field: 'judgmentStatus',
      fix: 'have somebody else approve, too',
    });
  const approvals = [
    ...settings.approvals,
    {
      user: by.user,
      at: now,
      ...(judgmentComment === undefined ? {} : { comment: judgmentComment }),
      ...(judgmentInput === undefined ? {} : { input: judgmentInput }),
    },
  ];
  if (approvals.length < settings.requiredApprovals) return { approvals };
  return { ...rest, approvals, lastModifiedBy: by.user };
}

/** @throws ServiceError 403 when this person may not answer so */
function refuseUnlessEntitled(
  stage: PlannedStage,
  settings: ManualJudgmentContext,
  approves: boolean,
  skips: boolean,
  by: PatchCall['by'],
  starter: string,
): void {
  const roles = rolesOf(settings);
  if (roles.length > 0 && !by.admin && !roles.some((role) => by.roles.includes(role)))
    throw new ServiceError(403, `${by.user} may not answer "${stage.name}": it is for ${roles.join(', ')}`, {
      field: 'judgmentStatus',
      fix: `have a member of ${roles.join(' or ')} answer`,
      roles,
    });
  if (approves && !settings.allowSelfApproval && by.user === starter)
    throw new ServiceError(403, `${by.user} started this execution, and so may not approve "${stage.name}"`, {
      field: 'judgmentStatus',
      fix: 'have somebody else approve; to stop it is open to you',
    });
  if (skips && settings.requiredApprovals > 1)
    throw new ServiceError(403, `"${stage.name}" needs ${settings.requiredApprovals} approvals and cannot be skipped`, {
      field: 'manualSkip',
      fix: 'approve it',
    });
}
