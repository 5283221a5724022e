import type { JsonObject } from './stage.ts';

/** Keys that are the engine's, the form's or the waiting's, and no operation's. */
const NOT_THE_OPERATIONS: ReadonlySet<string> = new Set([
  'account',
  'alias',
  'cloudProvider',
  'cloudProviderType',
  'clusterLocks',
  'comments',
  'completeOtherBranchesThenFail',
  'continuePipeline',
  'credentials',
  'failPipeline',
  'interestingHealthProviderNames',
  'isNew',
  'kato.last.task.id',
  'kato.tasks',
  'moniker',
  'name',
  'notifications',
  'provider',
  'providerType',
  'reason',
  'resolvedTargets',
  'restrictExecutionDuringTimeWindow',
  'restrictedExecutionWindow',
  'sendNotifications',
  'stageEnabled',
  'stageTimeoutMs',
  'targetHealthyDeployPercentage',
  'type',
  'user',
]);

/** What of a stage's context describes its operation: everything but the engine's keys and the stage's `own`; null counts as absent. */
export function operationFields(context: Readonly<JsonObject>, own: readonly string[] = []): JsonObject {
  return Object.fromEntries(
    Object.entries(context).filter(
      ([key, value]) => value !== null && value !== undefined && !NOT_THE_OPERATIONS.has(key) && !own.includes(key),
    ),
  );
}
