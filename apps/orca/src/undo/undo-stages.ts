import type { UndoEntry, UndoStep } from '@gennaker/contracts/cloud-undo';
import { parseName } from '@gennaker/contracts/moniker';
import type { PostedStage } from '@gennaker/engine/create';
import { onlyWhileHealthy } from '@gennaker/extension-sdk/newcomer-health';
import { z } from 'zod';

/** Operations whose stage waits until the cloud shows the change. */
const WAITED: ReadonlySet<string> = new Set([
  'enableServerGroup',
  'disableServerGroup',
  'resizeServerGroup',
  'destroyServerGroup',
]);
/** Operations that take capacity from a cluster. */
const TAKES: ReadonlySet<string> = new Set(['disableServerGroup', 'destroyServerGroup']);

const groupSchema = z.looseObject({ region: z.string(), serverGroupName: z.string() });

/**
 * The stages of an undo: one for each operation, one after another. What serves again is healthy before anything of its
 * cluster is taken away, and is looked at again just before.
 */
export function undoStages(entries: readonly UndoEntry[]): PostedStage[] {
  const serves = new Map<string, { account: string; region: string; serverGroupName: string }>();
  return entries
    .flatMap((entry) => entry.steps.map((step) => ({ entry, step })))
    .map(({ entry, step }): PostedStage => {
      const group = groupSchema.safeParse(step.description).data;
      const cluster = group && `${step.account}/${group.region}/${parseName(group.serverGroupName)?.cluster ?? ''}`;
      const instead = cluster === undefined ? undefined : serves.get(cluster);
      if (group && cluster !== undefined && step.operation === 'enableServerGroup')
        serves.set(cluster, {
          account: step.account,
          region: group.region,
          serverGroupName: group.serverGroupName,
        });
      const guarded =
        TAKES.has(step.operation) && instead && instead.serverGroupName !== group?.serverGroupName
          ? onlyWhileHealthy(instead)
          : {};
      return { ...stageOf(step), ...guarded, name: sentence(step.sentence), undoes: entry.operationId };
    });
}

function stageOf({ provider, account, operation, description }: UndoStep): PostedStage {
  const common = { cloudProvider: provider, credentials: account };
  if (WAITED.has(operation))
    return {
      type: operation,
      ...common,
      ...description,
      ...(operation === 'resizeServerGroup' ? { action: 'scale_exact' } : {}),
    };
  return { type: 'undoOperation', ...common, operation, description };
}

const sentence = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
