import type { StageView } from '@gennaker/contracts/execution';
import type { Person } from '@gennaker/contracts/people';
import { list, object, strings, text } from '@gennaker/ui/stage-ui';

/** One approval that was given. */
interface Approval {
  readonly user: string;
  readonly at: number | undefined;
  readonly comment: string;
}

/** What a judgment asks for, as its stage's JSON says. */
export interface JudgmentRules {
  readonly instructions: string;
  readonly inputs: readonly string[];
  readonly roles: readonly string[];
  readonly needed: number;
  readonly approvals: readonly Approval[];
  readonly commentRequired: boolean;
  /** When nobody has answered by then (epoch ms), `onDeadline` is taken. */
  readonly deadline: number | undefined;
  readonly onDeadline: string;
}

/** Reads a judgment's rules. */
export function judgmentRules(stage: Pick<StageView, 'context' | 'startTime'>): JudgmentRules {
  const { context, startTime } = stage;
  const roles = [...strings(context['selectedStageRoles']), ...strings(context['requiredJudgmentRoles'])];
  return {
    instructions: text(context['instructions']),
    inputs: list(context['judgmentInputs'])
      .map((each) => text(object(each)['value']) || text(each))
      .filter(Boolean),
    roles: [...new Set(roles)],
    needed: Math.max(1, Number(context['requiredApprovals']) || 1),
    approvals: list(context['approvals']).map((each) => {
      const at = object(each)['at'];
      return {
        user: text(object(each)['user']) || 'somebody',
        at: typeof at === 'number' ? at : undefined,
        comment: text(object(each)['comment']),
      };
    }),
    commentRequired: context['requireComment'] === true,
    deadline: deadlineOf(context, startTime),
    onDeadline: text(context['onDeadline']) || 'stop',
  };
}

function deadlineOf(context: Readonly<Record<string, unknown>>, startTime: number | undefined): number | undefined {
  const { deadline, judgmentTimeoutMs } = context;
  const after = Number(judgmentTimeoutMs);
  if (judgmentTimeoutMs !== undefined && Number.isFinite(after) && startTime !== undefined) return startTime + after;
  if (typeof deadline === 'string' && Number.isNaN(Number(deadline))) {
    const at = Date.parse(deadline);
    return Number.isNaN(at) ? undefined : at;
  }
  const minutes = Number(deadline);
  return deadline === undefined || !Number.isFinite(minutes) || startTime === undefined
    ? undefined
    : startTime + minutes * 60_000;
}

/** True when a person may judge, as far as roles go. */
export function mayJudge(rules: Pick<JudgmentRules, 'roles'>, person: Pick<Person, 'roles' | 'admin'>): boolean {
  return (
    rules.roles.length === 0 ||
    person.admin ||
    rules.roles.some((role) => person.roles.some((own) => own.toLowerCase() === role.toLowerCase()))
  );
}
