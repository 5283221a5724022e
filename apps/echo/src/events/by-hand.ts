import type { Identity } from '@gennaker/contracts/people';

/** A start by hand with the scope of its caller's token: what a token may not do, its execution may not either. */
export function byHandContent(
  content: Readonly<Record<string, unknown>>,
  { scope }: Identity,
): Record<string, unknown> {
  const { scope: _claimed, ...rest } = content;
  return scope === undefined ? rest : { ...rest, scope };
}
