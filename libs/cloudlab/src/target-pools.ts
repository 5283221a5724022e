import { z } from 'zod';
import { changeResource, collection, existing, insertResource, parse, removeResource } from './collection.ts';
import type { Call, Lab } from './collection.ts';
import { linkOf, pathOf } from './path.ts';
import { inUse } from './problem.ts';
import { targetPoolBody } from './resource.ts';
import { poolHealth } from './traffic-plan.ts';

const pools = { name: 'targetPools', kind: 'compute#targetPool' } as const;
const instancesBody = z.looseObject({ instances: z.array(z.looseObject({ instance: z.string() })).default([]) });
const checksBody = z.looseObject({ healthChecks: z.array(z.looseObject({ healthCheck: z.string() })).default([]) });

/** Target pools: instances by name, with an older health check or none. */
export const targetPools = collection<'targetPools'>({
  ...pools,
  scopes: ['region'],
  insert(lab, call) {
    const body = parse(targetPoolBody, call.body);
    return insertResource(lab, call, pools, {
      ...body,
      healthChecks: body.healthChecks.map((each) => check(lab, call, each)),
      instances: body.instances.map((each) => linkOf(existing(lab, call, 'instances', each, ['instances']))),
    });
  },
  remove(lab, call) {
    const user =
      lab.store.list('forwardingRules', 'projects/').find(([, rule]) => rule.target === call.item.selfLink) ??
      lab.store
        .list('instanceGroupManagers', 'projects/')
        .find(([, each]) =>
          each.targetPools.some((pool) => pathOf(pool, call.scope.project, 'targetPools') === call.path),
        );
    if (user !== undefined) throw inUse(call.path, user[0]);
    return removeResource(lab, call);
  },
  posts: {
    addInstance(lab, call) {
      const added = parse(instancesBody, call.body, 'targetPoolsAddInstanceRequest').instances.map(({ instance }) =>
        linkOf(existing(lab, call, 'instances', instance, ['instances'])),
      );
      return changeResource(lab, call, pools, 'addInstance', {
        instances: [...new Set([...call.item.instances, ...added])],
      });
    },
    removeInstance(lab, call) {
      const removed = parse(instancesBody, call.body, 'targetPoolsRemoveInstanceRequest').instances.map(
        ({ instance }) => linkOf(pathOf(instance, call.scope.project, 'instances')),
      );
      return changeResource(lab, call, pools, 'removeInstance', {
        instances: call.item.instances.filter((each) => !removed.includes(each)),
      });
    },
    addHealthCheck(lab, call) {
      const added = parse(checksBody, call.body).healthChecks.map(({ healthCheck }) => check(lab, call, healthCheck));
      return changeResource(lab, call, pools, 'addHealthCheck', {
        healthChecks: [...new Set([...call.item.healthChecks, ...added])].slice(0, 1),
      });
    },
    removeHealthCheck(lab, call) {
      const removed = parse(checksBody, call.body).healthChecks.map(({ healthCheck }) => check(lab, call, healthCheck));
      return changeResource(lab, call, pools, 'removeHealthCheck', {
        healthChecks: call.item.healthChecks.filter((each) => !removed.includes(each)),
      });
    },
    getHealth(lab, call) {
      const { instance } = parse(z.looseObject({ instance: z.string() }), call.body, 'instanceReference');
      const path = existing(lab, call, 'instance', instance, ['instances']);
      return {
        kind: 'compute#targetPoolInstanceHealth',
        healthStatus: poolHealth(lab.store, call.path, lab.traffic.healthOf)
          .filter((each) => each.instance === path)
          .map(({ address, port, healthy, reason }) => ({
            instance: linkOf(path),
            ipAddress: address,
            port,
            healthState: healthy ? 'HEALTHY' : 'UNHEALTHY',
            annotations: { reason },
          })),
      };
    },
  },
});

function check(lab: Lab, call: Call, reference: string): string {
  return linkOf(existing(lab, call, 'healthChecks', reference, ['httpHealthChecks']));
}
