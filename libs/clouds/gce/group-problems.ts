import { type FailureKind, kindOf, reasonOfCode } from './errors.ts';
import { lastPart, type ManagedInstance } from './resources.ts';

/** Why an instance of a group could not be made, in Google's words. */
export interface GroupProblem {
  readonly instance: string;
  readonly kind: FailureKind | 'boot';
  readonly code: string;
  readonly message: string;
  /** It does not go away by waiting: somebody has to do something. */
  readonly lasting: boolean;
}

const LASTING: ReadonlySet<GroupProblem['kind']> = new Set([
  'quota',
  'stockOut',
  'permission',
  'notFound',
  'invalid',
  'boot',
]);

/** What went wrong with the instances that a group last tried to make: those that run by now have no problem. */
export function groupProblems(managed: readonly ManagedInstance[]): GroupProblem[] {
  return managed.flatMap((member) => {
    const error = member.lastAttempt?.errors?.errors?.[0];
    if (!error || member.instanceStatus === 'RUNNING') return [];
    const code = error.code ?? 'UNKNOWN';
    const kind = code === 'BOOT_FAILED' ? 'boot' : kindOf(reasonOfCode(code));
    return [
      {
        instance: member.name ?? lastPart(member.instance),
        kind,
        code,
        message: error.message ?? code,
        lasting: LASTING.has(kind),
      },
    ];
  });
}
