import { type FailureKind, kindOf, reasonOfCode } from './errors.ts';
import { lastPart, type ManagedInstance } from './resources.ts';

/** Why an instance of a group could not be made, in Google's words. */
export interface GroupProblem {
  readonly instance: string;
  readonly kind: FailureKind | 'boot' | 'addresses';
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
  // Of an instance this is no stale fingerprint: a policy of the organisation forbids it.
  'precondition',
  'boot',
  'addresses',
]);

/** Codes that only making an instance ends with. One that is not known here or among those of requests may pass. */
const KIND_OF_CODE: readonly (readonly [RegExp, GroupProblem['kind']])[] = [
  [/^BOOT_FAILED$/, 'boot'],
  [/^IP_SPACE_EXHAUSTED/, 'addresses'],
  [/RESOURCE_POOL_EXHAUSTED/, 'stockOut'],
  [/^(INVALID|UNSUPPORTED|MISSING)_/, 'invalid'],
];

const kindOfCode = (code: string): GroupProblem['kind'] =>
  KIND_OF_CODE.find(([pattern]) => pattern.test(code))?.[1] ?? kindOf(reasonOfCode(code));

/** What went wrong with the instances that a group last tried to make: those that run by now have no problem. */
export function groupProblems(managed: readonly ManagedInstance[]): GroupProblem[] {
  return managed.flatMap((member) => {
    const error = member.lastAttempt?.errors?.errors?.[0];
    if (!error || member.instanceStatus === 'RUNNING') return [];
    const code = error.code ?? 'UNKNOWN';
    const kind = kindOfCode(code);
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
