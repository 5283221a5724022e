import { type AnyOperation, defineOperation } from '@gennaker/extension-sdk/cloud';
import type { Compute } from './compute.ts';
import { changeMembers, mustPlanMembers, planMembers } from './group-members.ts';
import { lastPart } from './resources.ts';
import { terminateAndDecrementSchema } from './schema.ts';
import { clusterOf, example, touch } from './server-group.ts';

/** Lets instances go from a server group, which becomes smaller by them; they run on by themselves. */
export function detachInstances(compute: Compute): AnyOperation {
  return defineOperation({
    schema: terminateAndDecrementSchema,
    examples: [{ ...example, instanceIds: ['hello-prod-v001-x1y2'] }],
    cluster: clusterOf,
    takesAway: (d) => [{ kind: 'instances', region: d.region, instanceIds: d.instanceIds.map(lastPart) }],
    preview: async (_context, d) => {
      const plan = await planMembers(compute, d, d.instanceIds, true);
      const names = plan.links.map(lastPart).join(', ');
      const after = plan.size - plan.links.length;
      return {
        changes: names
          ? [`Lets ${names} go from ${d.serverGroupName}, which then has ${after} of ${plan.size} instances.`]
          : [],
        warnings: [
          ...(names ? [`Nobody replaces ${names} any more, or deletes them with the server group.`] : []),
          ...(after < plan.least
            ? [`Its autoscaler keeps at least ${plan.least}, and makes others in their place.`]
            : []),
        ],
        problems: [],
      };
    },
    run: async (context, d) => {
      touch(context, d);
      const plan = await context.step('find', () => mustPlanMembers(compute, d, d.instanceIds, true));
      const names = plan.links.map(lastPart).join(', ');
      if (plan.links.length === 0) {
        await context.progress('DETACH', `${d.instanceIds.join(', ')} are no members: nothing to let go`);
        return [{ type: 'DetachResult', instanceIds: d.instanceIds }];
      }
      await context.progress('DETACH', `Letting ${names} go from ${d.serverGroupName}`);
      await context.step('abandon', () =>
        changeMembers(compute, context, plan.address, d.serverGroupName, 'abandonInstances', plan.links),
      );
      return [{ type: 'DetachResult', instanceIds: d.instanceIds }];
    },
  });
}
