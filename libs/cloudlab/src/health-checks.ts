import { changeResource, collection, insertResource, parse, removeResource } from './collection.ts';
import type { Lab } from './collection.ts';
import { pathOf } from './path.ts';
import { inUse } from './problem.ts';
import { healthCheckBody, httpHealthCheckBody } from './resource.ts';

const checks = { name: 'healthChecks', kind: 'compute#healthCheck' } as const;
const legacy = { name: 'httpHealthChecks', kind: 'compute#httpHealthCheck' } as const;

/** Health checks, global and regional. */
export const healthChecks = collection<'healthChecks'>({
  ...checks,
  scopes: ['global', 'region'],
  insert: (lab, call) => insertResource(lab, call, checks, parse(healthCheckBody, call.body)),
  update: (lab, call) => changeResource(lab, call, checks, 'update', parse(healthCheckBody, call.body)),
  patch: (lab, call) =>
    changeResource(lab, call, checks, 'patch', parse(healthCheckBody, { ...call.item, ...Object(call.body) })),
  remove(lab, call) {
    refuseWhileUsed(lab, call.path);
    return removeResource(lab, call);
  },
});

/** Legacy HTTP health checks, as target pools use them. */
export const httpHealthChecks = collection<'httpHealthChecks'>({
  ...legacy,
  scopes: ['global'],
  insert: (lab, call) => insertResource(lab, call, legacy, parse(httpHealthCheckBody, call.body)),
  update: (lab, call) => changeResource(lab, call, legacy, 'update', parse(httpHealthCheckBody, call.body)),
  patch: (lab, call) =>
    changeResource(lab, call, legacy, 'patch', parse(httpHealthCheckBody, { ...call.item, ...Object(call.body) })),
  remove(lab, call) {
    refuseWhileUsed(lab, call.path);
    return removeResource(lab, call);
  },
});

function refuseWhileUsed(lab: Lab, path: string): void {
  const project = path.split('/')[1] ?? '';
  const names = (reference: string): boolean => pathOf(reference, project, 'healthChecks') === path;
  const users = [
    ...lab.store.list('backendServices', 'projects/').filter(([, each]) => each.healthChecks.some(names)),
    ...lab.store.list('targetPools', 'projects/').filter(([, each]) => each.healthChecks.some(names)),
    ...lab.store
      .list('instanceGroupManagers', 'projects/')
      .filter(([, each]) =>
        each.autoHealingPolicies.some(({ healthCheck }) => healthCheck !== undefined && names(healthCheck)),
      ),
  ];
  const [user] = users;
  if (user !== undefined) throw inUse(path, user[0]);
}
