import { type OnlyWhileHealthy, onlyWhileHealthySchema } from '@gennaker/contracts/server-group-stage';
import { z } from 'zod';
import { cloudPollMs } from './cloud-poll.ts';
import { interestingHealth, upState } from './server-group-health.ts';
import { liveGroup } from './server-group-read.ts';
import type { TaskContext, TaskResult } from './stage.ts';

/** What the look at the newcomer says: go on, or the answer of the task that must not go on now. */
export type NewcomerLook = { readonly healthy: true } | { readonly healthy: false; readonly answer: TaskResult };

const stageSchema = z.looseObject({
  cloudProvider: z.string().default('gce'),
  onlyWhileHealthy: onlyWhileHealthySchema.optional(),
  newcomerHealthySince: z.number().nullish(),
});

/**
 * Looks, just before a stage takes something from older server groups, whether the one that takes over is healthy now.
 * While it is not, the answer waits; when the patience ends, it fails, and the older ones are as they were.
 */
export async function lookAtNewcomer(context: TaskContext<unknown>): Promise<NewcomerLook> {
  const { onlyWhileHealthy: wish, cloudProvider, newcomerHealthySince } = stageSchema.parse(context.context);
  if (!wish) return { healthy: true };
  const group = await liveGroup(context, wish);
  const named = `${wish.serverGroupName} in ${wish.region}`;
  if (!group)
    return failed(
      `${named}, which was to take over, does not exist any more`,
      'somebody destroyed it; deploy it again',
    );
  if (group.isDisabled)
    return failed(`${named}, which was to take over, gets no requests`, 'somebody disabled it; deploy it again');
  const asked = interestingHealth(
    { cloudProvider, interestingHealthProviderNames: wish.interestingHealthProviderNames },
    group.loadBalancers.length > 0,
  );
  const state = upState(group, group.capacity.desired, wish.targetHealthyDeployPercentage, asked);
  const least = Math.max(state.needed, wish.instances ?? 0);
  const waited = context.now - context.taskStartTime;
  if (!state.enough || state.up < least) {
    const told = state.enough
      ? `${state.up} instances of ${group.name} are up, ${least} are needed`
      : state.reason.summary;
    if (waited >= wish.patienceSeconds * 1000)
      return failed(
        `${named} was to take over and is not healthy: ${told}`,
        'look at its instances; nothing was taken from the older server groups by this step',
        state.reason.evidence,
      );
    return {
      healthy: false,
      answer: {
        status: 'RUNNING',
        wakeAfterMs: cloudPollMs(waited),
        context: { newcomerHealthySince: null },
        reason: {
          summary: `Waits until ${named}, which takes over, is healthy again: ${told}`,
          ...(state.reason.evidence ? { evidence: state.reason.evidence } : {}),
          next: `fails in ${Math.ceil((wish.patienceSeconds * 1000 - waited) / 1000)} s, with the older server groups as they are`,
        },
      },
    };
  }
  // It was unhealthy at an earlier look of this task: it has to stay healthy for a while.
  if (newcomerHealthySince === undefined) return { healthy: true };
  const since = newcomerHealthySince ?? context.now;
  const left = since + wish.healthyForSeconds * 1000 - context.now;
  if (left <= 0) return { healthy: true };
  return {
    healthy: false,
    answer: {
      status: 'RUNNING',
      wakeAfterMs: Math.min(left, 1000),
      context: { newcomerHealthySince: since },
      reason: { summary: `${named} is healthy again; it has to stay so for ${Math.ceil(left / 1000)} s more` },
    },
  };
}

/** What a stage that takes from older server groups is given for the look. */
export function onlyWhileHealthy(wish: z.input<typeof onlyWhileHealthySchema>): { onlyWhileHealthy: OnlyWhileHealthy } {
  return { onlyWhileHealthy: onlyWhileHealthySchema.parse(wish) };
}

const failed = (summary: string, next: string, evidence?: Readonly<Record<string, unknown>>): NewcomerLook => ({
  healthy: false,
  answer: { status: 'TERMINAL', reason: { summary, next, ...(evidence ? { evidence } : {}) } },
});
