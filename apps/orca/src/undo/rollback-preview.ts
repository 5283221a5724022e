import type { ServerGroup } from '@gennaker/contracts/clouddriver';
import type { RegionRollback, RollbackPreview } from '@gennaker/contracts/orca-undo';
import { parseName } from '@gennaker/contracts/moniker';
import { chooseRollback } from '@gennaker/extension-sdk/rollback';
import { planOf, rollbackSteps } from '@gennaker/stages/rollback-server-group/plan';
import { rollbackServerGroupSchema } from '@gennaker/stages/rollback-server-group/schema';

/** A cluster in one region that is to be rolled back. */
export interface RollbackTarget {
  readonly account: string;
  readonly cluster: string;
  readonly region: string;
  /** Goes out of service; absent: the newest enabled one. */
  readonly from?: string | undefined;
  readonly restore?: string | undefined;
}

/** What a rollback of these clusters would do now, in words, and the task that does just that. Pure. `groups`: of all of them. */
export function rollbackPreview(
  application: string,
  targets: readonly RollbackTarget[],
  groups: readonly ServerGroup[],
): RollbackPreview {
  const found = targets.map((target) => ofRegion(target, groups));
  const job = found.flatMap(({ stage }) => (stage ? [stage] : []));
  const regions = found.map(({ region }) => region);
  const parts = regions.map(({ region, from, why, problem }) =>
    problem === undefined ? `${from ?? ''} in ${region}: ${why}` : `not in ${region}: ${problem}`,
  );
  const sentence =
    job.length === 0
      ? `Nothing can be rolled back. ${regions.map(({ region, problem }) => `${region}: ${problem ?? ''}`).join('; ')}`.trim()
      : `Rolls back ${parts.join('; ')}`;
  const names = [...new Set(regions.flatMap(({ from }) => from ?? []))].join(', ');
  return {
    sentence,
    regions,
    ...(job.length > 0 ? { task: { application, description: `Roll back ${names}`, job } } : {}),
  };
}

function ofRegion(
  target: RollbackTarget,
  all: readonly ServerGroup[],
): { readonly region: RegionRollback; readonly stage?: NonNullable<RollbackPreview['task']>['job'][number] } {
  const { account, cluster, region } = target;
  const groups = all.filter(
    (group) => group.account === account && group.cluster === cluster && group.region === region,
  );
  const answer = chooseRollback(groups, { from: target.from, restore: target.restore });
  if ('problem' in answer)
    return {
      region: { account, cluster, region, why: answer.problem, problem: answer.problem, steps: [], warnings: [] },
    };
  const { choice } = answer;
  const { from, restore, image, type, why } = choice;
  const rollbackContext = {
    rollbackServerGroupName: from.name,
    ...(restore ? { restoreServerGroupName: restore.name } : {}),
    ...(image ? { imageName: image } : {}),
  };
  const stage = {
    type: 'rollbackServerGroup',
    name: `Roll back ${from.name} in ${region}`,
    cloudProvider: from.cloudProvider,
    credentials: account,
    region,
    rollbackType: type,
    rollbackContext,
  };
  const parsed = rollbackServerGroupSchema.parse(stage);
  return {
    stage,
    region: {
      account,
      cluster,
      region,
      type,
      from: from.name,
      ...(restore ? { restore: restore.name } : {}),
      ...(image ? { image } : {}),
      why,
      steps: rollbackSteps(planOf(choice, parsed.rollbackContext), parsed),
      warnings: warningsOf(from, restore, groups),
    },
  };
}

function warningsOf(from: ServerGroup, restore: ServerGroup | undefined, groups: readonly ServerGroup[]): string[] {
  const other = groups.filter((group) => group !== from && group !== restore && !group.isDisabled);
  return [
    ...(restore && restore.instances.length === 0
      ? [`${restore.name} has no instances now; they boot before it serves.`]
      : []),
    ...(restore && !restore.isDisabled ? [`${restore.name} serves already.`] : []),
    ...(from.isDisabled ? [`${from.name} is disabled already.`] : []),
    ...(other.length > 0 ? [`${other.map(({ name }) => name).join(', ')} goes on serving too.`] : []),
  ];
}

/** Clusters that an execution deployed to, of the server groups in its stages' outputs. */
export function deployedTargets(
  deployed: readonly { readonly account: string; readonly region: string; readonly serverGroupName: string }[],
): RollbackTarget[] {
  const found = new Map<string, RollbackTarget>();
  for (const { account, region, serverGroupName } of deployed) {
    const cluster = parseName(serverGroupName)?.cluster;
    if (cluster !== undefined)
      found.set(`${account}/${region}/${cluster}`, { account, region, cluster, from: serverGroupName });
  }
  return [...found.values()];
}
