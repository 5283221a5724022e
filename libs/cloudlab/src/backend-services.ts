import { z } from 'zod';
import {
  changeResource,
  checkFingerprint,
  collection,
  existing,
  insertResource,
  parse,
  removeResource,
} from './collection.ts';
import type { Call, Lab } from './collection.ts';
import { linkOf, pathOf } from './path.ts';
import { inUse, invalid, notFound } from './problem.ts';
import { backendServiceBody, backendServicePatch } from './resource.ts';
import { groupHealth, serviceOf } from './traffic-plan.ts';

const services = { name: 'backendServices', kind: 'compute#backendService' } as const;

/** Backend services, global and regional. */
export const backendServices = collection<'backendServices'>({
  ...services,
  scopes: ['global', 'region'],
  insert(lab, call) {
    const body = parse(backendServiceBody, call.body);
    return insertResource(lab, call, services, { ...body, ...references(lab, call, body) });
  },
  update(lab, call) {
    const body = parse(backendServiceBody, call.body);
    checkFingerprint(body.fingerprint, call.item.fingerprint, true);
    const cleared = {
      portName: undefined,
      connectionDraining: undefined,
      timeoutSec: undefined,
      description: undefined,
    };
    const { item } = call;
    const identity = Object.fromEntries(
      Object.entries(item).filter(([key]) => !(key in cleared) || Object.hasOwn(body, key)),
    ) as typeof item;
    return changeResource(lab, { ...call, item: identity }, services, 'update', {
      ...body,
      ...references(lab, call, body),
    });
  },
  patch(lab, call) {
    const body = parse(backendServicePatch, call.body);
    checkFingerprint(body.fingerprint, call.item.fingerprint);
    return changeResource(lab, call, services, 'patch', { ...body, ...references(lab, call, body) });
  },
  remove(lab, call) {
    const user =
      lab.store
        .list('forwardingRules', 'projects/')
        .find(
          ([path, rule]) =>
            rule.backendService !== undefined &&
            serviceOf(lab.store, rule.backendService, undefined, path.split('/')[1] ?? '') === call.path,
        ) ??
      lab.store
        .list('targetTcpProxies', 'projects/')
        .find(([path, proxy]) => pathOf(proxy.service, path.split('/')[1] ?? '', 'service') === call.path);
    if (user !== undefined) throw inUse(call.path, user[0]);
    return removeResource(lab, call);
  },
  posts: {
    getHealth(lab, call) {
      const { group } = parse(z.looseObject({ group: z.string().min(1) }), call.body, 'resourceGroupReference');
      const groupPath = pathOf(group, call.scope.project, 'group');
      if (lab.store.get('instanceGroups', groupPath) === undefined) throw notFound(groupPath);
      const health = groupHealth(lab.store, call.path, call.item, groupPath, lab.traffic.healthOf);
      return {
        kind: 'compute#backendServiceGroupHealth',
        healthStatus: health.map(({ instance, address, port, healthy, reason }) => ({
          instance: linkOf(instance),
          ipAddress: address,
          port,
          healthState: healthy ? 'HEALTHY' : 'UNHEALTHY',
          annotations: { reason },
        })),
      };
    },
  },
});

/** References checked and written out in full. */
function references(lab: Lab, call: Call, body: z.infer<typeof backendServicePatch>): Record<string, unknown> {
  const changed: Record<string, unknown> = {};
  if (body.healthChecks !== undefined) {
    changed['healthChecks'] = body.healthChecks.map((each) =>
      linkOf(existing(lab, call, 'healthChecks', each, ['healthChecks', 'httpHealthChecks'])),
    );
  }
  if (body.backends !== undefined) {
    const groups = new Set<string>();
    changed['backends'] = body.backends.map((backend) => {
      const group = linkOf(existing(lab, call, 'backends.group', backend.group, ['instanceGroups']));
      if (groups.has(group))
        throw invalid('resource.backends', `duplicate instance group '${group}' in backend service.`);
      groups.add(group);
      return { ...backend, group };
    });
  }
  return changed;
}
