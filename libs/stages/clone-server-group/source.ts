import type { ServerGroup } from '@gennaker/contracts/clouddriver';
import { ServiceError } from '@gennaker/contracts/error';
import { clusterName, parseName } from '@gennaker/contracts/moniker';
import { deployedServerGroupSchema, resolvedTargetSchema } from '@gennaker/contracts/server-group-stage';
import { type ClusterPlace, clusterOf } from '@gennaker/extension-sdk/cluster-lock';
import { whereOf } from '@gennaker/extension-sdk/new-server-group';
import { clusterGroups } from '@gennaker/extension-sdk/server-group-read';
import { listed, resolveTarget } from '@gennaker/extension-sdk/server-group-target';
import type { TaskContext, TaskResult } from '@gennaker/extension-sdk/stage';
import type { CloneServerGroup } from './schema.ts';

type Context = TaskContext<CloneServerGroup>;

const sourceName = ({ source }: CloneServerGroup): string | undefined => source?.serverGroupName ?? source?.asgName;

/** The cluster that is cloned from, and where. @throws ServiceError 422 naming the missing field */
export function sourcePlace({ context: stage }: Context): ClusterPlace {
  const account = stage.source?.credentials ?? stage.source?.account ?? whereOf(stage).account;
  const regions = stage.regions ?? [];
  if (regions.length > 1)
    throw new ServiceError(422, `A clone goes to one region; the stage names ${regions.join(', ')}`, {
      field: 'regions',
      fix: 'use a stage for each region',
    });
  const region = stage.source?.region ?? whereOf(stage).region ?? regions[0];
  const name = sourceName(stage);
  const cluster = name ? clusterOf(name) : (stage.cluster ?? stage.targetCluster);
  if (!account)
    throw new ServiceError(422, 'The stage names no account', { field: 'credentials', fix: 'choose an account' });
  if (!region) throw new ServiceError(422, 'The stage names no region', { field: 'region', fix: 'choose a region' });
  if (!cluster)
    throw new ServiceError(422, 'The stage names neither a cluster nor a server group to clone', {
      field: 'cluster',
      fix: 'choose a cluster and a target, or name the server group in source.serverGroupName',
    });
  return { account, region, cluster };
}

/** Where the clone goes: the source's cluster, with what the stage names otherwise. */
export function clonePlace(context: Context): ClusterPlace {
  const stage = context.context;
  const from = sourcePlace(context);
  const { account = from.account, region = stage.regions?.[0] ?? from.region } = whereOf(stage);
  const parts = parseName(from.cluster);
  const cluster = clusterName(
    stage.application ?? parts?.app ?? context.application,
    stage.stack ?? parts?.stack,
    stage.freeFormDetails ?? parts?.detail,
  );
  return { account, region, cluster };
}

/** Finds the server group that is cloned, and records it. */
export async function determineSource(context: Context): Promise<TaskResult> {
  const stage = context.context;
  const place = sourcePlace(context);
  const { account, region } = place;
  const groups = await clusterGroups(context, place);
  const found = ({ name: serverGroupName, capacity }: ServerGroup, why: string): TaskResult => ({
    status: 'SUCCEEDED',
    context: { source: { ...stage.source, account, region, serverGroupName }, sourceCapacity: capacity },
    reason: { summary: `The source is ${why}` },
  });
  const missing = (why: string): TaskResult => ({
    status: 'TERMINAL',
    reason: {
      summary: `There is nothing to clone in cluster ${place.cluster} in ${region}: ${why}`,
      evidence: { account, region, groups: groups.map(({ name }) => name) },
      next: 'choose another source, or run the stage only when there is one (checkPreconditions)',
    },
  });
  const named = sourceName(stage);
  if (named) {
    const group = groups.find(({ name }) => name === named);
    return group ? found(group, named) : missing(`${named} does not exist`);
  }
  const here = (entry: { account: string; region: string }) => entry.account === account && entry.region === region;
  const deployed = listed(context.ancestorOutputs('deployedServerGroups'), deployedServerGroupSchema).filter(
    (entry) => here(entry) && entry.cluster === place.cluster,
  );
  const resolved = listed(context.ancestorOutputs('resolvedTargets'), resolvedTargetSchema).filter(here);
  const answer = resolveTarget(groups, stage.target ?? 'current_asg_dynamic', deployed, resolved);
  return 'problem' in answer ? missing(answer.problem) : found(answer.group, answer.why);
}
