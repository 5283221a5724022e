import { z } from 'zod';
import { changeResource, existing, parse } from './collection.ts';
import type { Call, Lab } from './collection.ts';
import { documents } from './document-collection.ts';
import { linkOf, pathOf } from './path.ts';
import { invalid } from './problem.ts';
import { reference } from './resource.ts';
import { targetPoolBody } from './target-pool-schema.ts';
import { poolHealth } from './traffic-plan.ts';

const pools = { name: 'targetPools', kind: 'compute#targetPool' } as const;
const instancesBody = z.looseObject({ instances: z.array(z.looseObject({ instance: reference })).default([]) });
const checksBody = z.looseObject({ healthChecks: z.array(z.looseObject({ healthCheck: reference })).default([]) });

/** Target pools: instances by name, with an older health check or none. */
export const targetPools = documents<'targetPools', z.infer<typeof targetPoolBody>>({
  ...pools,
  scopes: ['region'],
  body: targetPoolBody,
  changes: [],
  complete: (lab, call, body) => ({
    ...body,
    healthChecks: body.healthChecks.map((each) => check(lab, call, each)),
    instances: body.instances.map((each) => linkOf(existing(lab, call, 'instances', each, ['instances']))),
  }),
  posts: {
    addInstance(lab, call) {
      const added = parse(instancesBody, call.body, 'targetPoolsAddInstanceRequest').instances.map(({ instance }) =>
        linkOf(existing(lab, call, 'instances.instance', instance, ['instances'])),
      );
      return changeResource(lab, call, pools, 'addInstance', {
        instances: [...new Set([...call.item.instances, ...added])],
      });
    },
    removeInstance(lab, call) {
      const removed = parse(instancesBody, call.body, 'targetPoolsRemoveInstanceRequest').instances.map(
        ({ instance }) => linkOf(pathOf(instance, call.scope.project, 'targetPoolsRemoveInstanceRequest.instances')),
      );
      return changeResource(lab, call, pools, 'removeInstance', {
        instances: call.item.instances.filter((each) => !removed.includes(each)),
      });
    },
    addHealthCheck(lab, call) {
      const given = parse(checksBody, call.body, 'targetPoolsAddHealthCheckRequest').healthChecks;
      const added = given.map(({ healthCheck }) => check(lab, call, healthCheck));
      const all = [...new Set([...call.item.healthChecks, ...added])];
      if (all.length > 1) {
        throw invalid(
          'targetPoolsAddHealthCheckRequest.healthChecks',
          'a target pool has at most one; remove the other first.',
        );
      }
      return changeResource(lab, call, pools, 'addHealthCheck', { healthChecks: all });
    },
    removeHealthCheck(lab, call) {
      const removed = parse(checksBody, call.body, 'targetPoolsRemoveHealthCheckRequest').healthChecks.map(
        ({ healthCheck }) => check(lab, call, healthCheck),
      );
      return changeResource(lab, call, pools, 'removeHealthCheck', {
        healthChecks: call.item.healthChecks.filter((each) => !removed.includes(each)),
      });
    },
    getHealth(lab, call) {
      const { instance } = parse(z.looseObject({ instance: reference }), call.body, 'instanceReference');
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

function check(lab: Lab, call: Call, given: string): string {
  return linkOf(existing(lab, call, 'healthChecks', given, ['httpHealthChecks', 'httpsHealthChecks']));
}
