import { strings, text } from '@gennaker/ui/stage-ui';
import { useAccountList } from '../queries/accounts.ts';
import type { Deed } from './deed.ts';

/** Deeds that destroy something, by their types. */
const DESTROYS = /^(?:destroy|delete|terminate)/;

/** What has to be typed before a deed: what it asks for itself, or what it would destroy in an account that wants it so. */
export function useConfirm(deed: Deed): string | undefined {
  const accounts = useAccountList();
  if (deed.confirm !== undefined || !DESTROYS.test(deed.type)) return deed.confirm;
  const wanting = new Set((accounts.data ?? []).flatMap((each) => (each.challengeDestructiveActions ? each.name : [])));
  if (!deed.targets.some(({ credentials }) => wanting.has(text(credentials)))) return undefined;
  const names = deed.targets.flatMap(({ instanceIds, serverGroupName }) =>
    instanceIds === undefined ? text(serverGroupName) : strings(instanceIds),
  );
  return names.length === 1 ? names[0] : `${names.length} instances`;
}
