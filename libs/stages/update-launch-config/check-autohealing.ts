import { placesOf, targetsOf } from '@gennaker/extension-sdk/server-group-stage';
import { underLocks } from '@gennaker/extension-sdk/cluster-lock';
import { interestingHealth } from '@gennaker/extension-sdk/server-group-health';
import { liveGroup } from '@gennaker/extension-sdk/server-group-read';
import type { TaskResult } from '@gennaker/extension-sdk/stage';
import type { ServerGroup } from '@gennaker/contracts/clouddriver';
import { z } from 'zod';
import type { UpdateLaunchConfigStage } from './schema.ts';

const healingSchema = z.looseObject({ autoHealingPolicy: z.looseObject({ healthCheck: z.string() }) });
const askedSchema = z.looseObject({
  loadBalancers: z.array(z.looseObject({ healthCheck: z.looseObject({ name: z.string() }).optional() })),
});

/**
 * A group without autohealing takes an instance that runs for a good one, and goes on to replace the others, however its
 * load balancers find the new ones. Where that would cost what serves, nothing is begun.
 */
export const checkAutohealing = underLocks<UpdateLaunchConfigStage>(placesOf, {
  name: 'checkAutohealing',
  async run(context): Promise<TaskResult> {
    const stage = context.context;
    if (stage.requireAutohealing !== true || stage.updatePolicy?.type !== 'PROACTIVE') return { status: 'SUCCEEDED' };
    const platform = interestingHealth({ cloudProvider: stage.cloudProvider }, false) ?? [];
    // Somebody says that it is enough when they run.
    if (interestingHealth(stage, true)?.every((name) => platform.includes(name))) return { status: 'SUCCEEDED' };
    for (const target of targetsOf(context)) {
      const group = await liveGroup(context, target);
      const problem = group && unseenHealth(group);
      if (problem)
        return {
          status: 'TERMINAL',
          reason: {
            ...problem,
            evidence: { serverGroup: group.name, region: group.region, loadBalancers: group.loadBalancers },
          },
        };
    }
    return { status: 'SUCCEEDED' };
  },
});

/** Why a group would replace its instances without knowing what its load balancers think of the new ones; undefined: it knows. */
function unseenHealth(group: ServerGroup): { readonly summary: string; readonly next: string } | undefined {
  if (group.isDisabled || group.loadBalancers.length === 0) return undefined;
  const checks = checksOf(group);
  const healing = healingSchema.safeParse(group).data?.autoHealingPolicy.healthCheck;
  const like = checks.length > 0 ? `health check ${checks.join(' or ')}` : 'the health check of its load balancer';
  const next = `give it autohealing by ${like} (upsertScalingPolicy), or deploy with the strategy rolling`;
  if (healing === undefined)
    return {
      summary: `${group.name} is behind ${group.loadBalancers.join(', ')} and has no autohealing: it would take new instances that run for healthy ones, and replace all others before the load balancer has found them good`,
      next,
    };
  if (checks.length === 0 || checks.includes(healing)) return undefined;
  return {
    summary: `${group.name} would replace its instances as soon as new ones pass ${healing}, while its load balancers ask ${checks.join(', ')}: new ones that pass only the former would leave nothing that serves`,
    next,
  };
}

/** The health checks by which load balancers look at a group's instances. */
function checksOf({ instances }: ServerGroup): string[] {
  const names = instances.flatMap(({ health }) =>
    health.flatMap((one) =>
      (askedSchema.safeParse(one).data?.loadBalancers ?? []).flatMap(({ healthCheck }) => healthCheck?.name ?? []),
    ),
  );
  return [...new Set(names)].toSorted();
}
