import { z } from 'zod';
import {
  changeResource,
  checkFingerprint,
  checkNotDeleting,
  collection,
  existing,
  parse,
  replaceFields,
  start,
  storeResource,
} from './collection.ts';
import type { Call, ItemCall, Lab } from './collection.ts';
import { zonesOf } from './locations.ts';
import { lastPart, linkOf, pathOf } from './path.ts';
import { CloudProblem, alreadyExists, inUse, invalid } from './problem.ts';
import { groupManagerBody, groupManagerPatch } from './group-manager-schema.ts';
import type { GroupManager } from './group-manager-schema.ts';
import type { ManagedRecord, OperationDocument } from './store.ts';
import { isLeaving, membersOf, probeOf } from './traffic-plan.ts';
import { page } from './page.ts';

const managers = { name: 'instanceGroupManagers', kind: 'compute#instanceGroupManager' } as const;
const groups = { name: 'instanceGroups', kind: 'compute#instanceGroup' } as const;

const instancesBody = z.looseObject({ instances: z.array(z.string()).min(1, 'name at least one instance') });

type Managed = ItemCall<'instanceGroupManagers'>;

/** Managed instance groups, zonal and regional. */
export const groupManagers = collection<'instanceGroupManagers'>({
  ...managers,
  scopes: ['zone', 'region'],
  view,
  insert,
  patch(lab, call) {
    checkNotDeleting(call.path, call.item);
    const body = parse(groupManagerPatch, call.body);
    checkFingerprint(body.fingerprint, call.item.fingerprint);
    const template = body.instanceTemplate ?? body.versions?.[0]?.instanceTemplate;
    const { versions: _, namedPorts: __, ...rest } = body;
    return changeGroup(lab, call, 'patch', {
      ...rest,
      ...(template === undefined
        ? {}
        : { instanceTemplate: linkOf(existing(lab, call, 'instanceTemplate', template, ['instanceTemplates'])) }),
      ...(body.autoHealingPolicies === undefined
        ? {}
        : { autoHealingPolicies: policies(lab, call, body.autoHealingPolicies) }),
    });
  },
  remove(lab, call) {
    checkNotDeleting(call.path, call.item);
    const groupPath = call.path.replace('/instanceGroupManagers/', '/instanceGroups/');
    const user = lab.store
      .list('backendServices', 'projects/')
      .find(([path, service]) =>
        service.backends.some(({ group }) => pathOf(group, path.split('/')[1] ?? '', 'group') === groupPath),
      );
    if (user !== undefined) throw inUse(groupPath, user[0]);
    return changeGroup(lab, call, 'delete', { targetSize: 0, deleting: true }, { action: 'delete-group' });
  },
  posts: {
    resize(lab, call) {
      checkNotDeleting(call.path, call.item);
      const size = parse(z.coerce.number().int().min(0).max(1000), call.query['size'], 'size');
      return changeGroup(lab, call, 'resize', { targetSize: size });
    },
    setInstanceTemplate(lab, call) {
      checkNotDeleting(call.path, call.item);
      const { instanceTemplate } = parse(z.looseObject({ instanceTemplate: z.string().min(1) }), call.body);
      return changeGroup(lab, call, 'setInstanceTemplate', {
        instanceTemplate: linkOf(existing(lab, call, 'instanceTemplate', instanceTemplate, ['instanceTemplates'])),
      });
    },
    setTargetPools(lab, call) {
      checkNotDeleting(call.path, call.item);
      const body = parse(
        z.looseObject({ targetPools: z.array(z.string()).default([]), fingerprint: z.string().optional() }),
        call.body,
      );
      checkFingerprint(body.fingerprint, call.item.fingerprint);
      return changeGroup(lab, call, 'setTargetPools', {
        targetPools: body.targetPools.map((each) => linkOf(existing(lab, call, 'targetPools', each, ['targetPools']))),
      });
    },
    setAutoHealingPolicies(lab, call) {
      checkNotDeleting(call.path, call.item);
      const body = parse(z.looseObject({ autoHealingPolicies: groupManagerBody.shape.autoHealingPolicies }), call.body);
      return changeGroup(lab, call, 'setAutoHealingPolicies', {
        autoHealingPolicies: policies(lab, call, body.autoHealingPolicies ?? []),
      });
    },
    recreateInstances(lab, call) {
      checkNotDeleting(call.path, call.item);
      const paths = named(lab, call);
      return start(lab, call, 'recreateInstances', undefined, () => {
        for (const path of paths) void lab.fleet.recreate(path);
      });
    },
    deleteInstances(lab, call) {
      checkNotDeleting(call.path, call.item);
      const paths = named(lab, call);
      return start(lab, call, 'deleteInstances', undefined, () => {
        replaceFields(lab, call.path, call.item, managers, {
          targetSize: Math.max(0, call.item.targetSize - paths.length),
        });
        for (const path of paths) void lab.fleet.remove(path);
      });
    },
    listManagedInstances(lab, call) {
      const list = membersOf(lab.store, call.path).map(({ instance, record }) =>
        managedInstance(lab, call.item, instance, record),
      );
      const { items, nextPageToken } = page(list, ({ instance }) => instance, call.query);
      return { managedInstances: items, ...(nextPageToken === undefined ? {} : { nextPageToken }) };
    },
  },
  gets: {
    listErrors(lab, call) {
      const items = (lab.store.state.errors[call.path] ?? []).map(({ at, instance, action, error }) => ({
        timestamp: at,
        error,
        instanceActionDetails: { action, instance: instance === '' ? '' : linkOf(instance) },
      }));
      return { items };
    },
  },
});

function insert(lab: Lab, call: Call): OperationDocument {
  const body = parse(groupManagerBody, call.body);
  const template = body.instanceTemplate ?? body.versions?.[0]?.instanceTemplate;
  if (template === undefined) throw invalid('resource.instanceTemplate', 'it is required.');
  const path = `${call.scope.path}/instanceGroupManagers/${body.name}`;
  if (lab.store.get('instanceGroupManagers', path) !== undefined) throw alreadyExists(path);
  const groupPath = `${call.scope.path}/instanceGroups/${body.name}`;
  const { versions: _, ...rest } = body;
  const fields = {
    ...rest,
    baseInstanceName: body.baseInstanceName ?? body.name.slice(0, 58).replace(/-$/, ''),
    instanceTemplate: linkOf(existing(lab, call, 'instanceTemplate', template, ['instanceTemplates'])),
    instanceGroup: linkOf(groupPath),
    namedPorts: body.namedPorts ?? [],
    targetPools: (body.targetPools ?? []).map((each) =>
      linkOf(existing(lab, call, 'targetPools', each, ['targetPools'])),
    ),
    autoHealingPolicies: policies(lab, call, body.autoHealingPolicies ?? []),
    updatePolicy: { type: 'OPPORTUNISTIC', instanceRedistributionType: 'PROACTIVE', ...body.updatePolicy },
    ...(call.scope.kind === 'region' ? { distributionPolicy: distribution(call, body.distributionPolicy) } : {}),
  };
  return lab.operations.start({
    scope: call.scope,
    type: 'insert',
    targetPath: path,
    requestId: call.requestId,
    apply() {
      storeResource(lab, groupPath, groups, call.scope, {
        name: body.name,
        namedPorts: fields.namedPorts,
        network: linkOf(`projects/${call.scope.project}/global/networks/default`),
      });
      const { id } = storeResource(lab, path, managers, call.scope, fields);
      lab.fleet.reconcile(path);
      return id;
    },
  });
}

function changeGroup(
  lab: Lab,
  call: Managed,
  type: string,
  fields: Readonly<Record<string, unknown>>,
  work?: { readonly action: string },
): OperationDocument {
  return start(lab, call, type, work, () => {
    replaceFields(lab, call.path, call.item, managers, fields);
    lab.fleet.reconcile(call.path);
  });
}

function distribution(call: Call, given: GroupManager['distributionPolicy']): GroupManager['distributionPolicy'] {
  const available = zonesOf(call.scope.location).map(({ name }) => name);
  const chosen = given?.zones.map(({ zone }) => lastPart(zone)) ?? [];
  for (const zone of chosen) {
    if (!available.includes(zone)) {
      throw invalid(
        'resource.distributionPolicy.zones',
        `'${zone}'. Zones of ${call.scope.location} are ${available.join(', ')}.`,
      );
    }
  }
  const zones = chosen.length > 0 ? [...new Set(chosen)] : available.slice(0, 3);
  return {
    targetShape: 'EVEN',
    ...given,
    zones: zones.map((zone) => ({ zone: linkOf(`projects/${call.scope.project}/zones/${zone}`) })),
  };
}

function policies(
  lab: Lab,
  call: Call,
  given: GroupManager['autoHealingPolicies'],
): GroupManager['autoHealingPolicies'] {
  return given.map((policy) =>
    policy.healthCheck === undefined
      ? policy
      : {
          ...policy,
          healthCheck: linkOf(
            existing(lab, call, 'autoHealingPolicies.healthCheck', policy.healthCheck, [
              'healthChecks',
              'httpHealthChecks',
            ]),
          ),
        },
  );
}

/** Paths of the instances that the body names; each must belong to the group. */
function named(lab: Lab, call: Managed): string[] {
  const { instances } = parse(instancesBody, call.body);
  return [...new Set(instances)].map((reference) => {
    // The API takes zones/z/instances/i without a project, and bare links.
    const path = pathOf(reference, call.scope.project, 'instances');
    const record = lab.store.state.managed[path];
    if (record?.group !== call.path) {
      throw new CloudProblem(400, 'invalid', `The instance '${path}' is not a member of '${call.path}'.`);
    }
    return path;
  });
}

function view(lab: Lab, path: string, { deleting: _, ...item }: GroupManager): object {
  const members = membersOf(lab.store, path);
  const count = (action: ManagedRecord['action']): number =>
    members.filter(({ record }) => record.action === action).length;
  const settled = members.length === item.targetSize && members.every(({ record }) => record.action === 'NONE');
  return {
    ...item,
    versions: [{ instanceTemplate: item.instanceTemplate, targetSize: { calculated: item.targetSize } }],
    currentActions: {
      none: count('NONE'),
      creating: count('CREATING'),
      creatingWithoutRetries: 0,
      recreating: count('RECREATING'),
      deleting: count('DELETING'),
      restarting: count('RESTARTING'),
      abandoning: 0,
      refreshing: 0,
      verifying: 0,
    },
    status: {
      isStable: settled,
      versionTarget: { isReached: members.every(({ record }) => linkOf(record.template) === item.instanceTemplate) },
      stateful: { hasStatefulConfig: false },
    },
  };
}

function managedInstance(lab: Lab, group: GroupManager, path: string, record: ManagedRecord) {
  const instance = lab.store.get('instances', path);
  const errors = lab.fleet.errorsOf(record);
  const check = group.autoHealingPolicies[0]?.healthCheck;
  const probe =
    check === undefined || instance === undefined
      ? undefined
      : probeOf(lab.store, check, { instance: path, resource: instance, record }, record.port, group.namedPorts);
  const health = probe === undefined ? undefined : lab.traffic.healthOf(probe.key);
  return {
    instance: linkOf(path),
    id: instance?.id ?? '0',
    name: instance?.name ?? lastPart(path),
    ...(instance === undefined || (record.action === 'CREATING' && instance.status === 'PROVISIONING')
      ? {}
      : { instanceStatus: instance.status }),
    currentAction: record.action,
    version: { instanceTemplate: linkOf(record.template) },
    ...(check === undefined || isLeaving(record)
      ? {}
      : { instanceHealth: [{ healthCheck: check, detailedHealthState: health?.state ?? 'UNKNOWN' }] }),
    ...(errors.length === 0 ? {} : { lastAttempt: { errors: { errors } } }),
  };
}

/** Work of instanceGroupManagers.delete: done when the last instance is gone. */
export async function deleteGroup(lab: Lab, path: string): Promise<void> {
  await lab.fleet.emptied(path);
  lab.store.remove(path);
  lab.store.remove(path.replace('/instanceGroupManagers/', '/instanceGroups/'));
  delete lab.store.state.errors[path];
  lab.store.changed();
}

const setNamedPortsBody = z.looseObject({
  namedPorts: groupManagerBody.shape.namedPorts,
  fingerprint: z.string().optional(),
});

/** Instance groups: one for each managed group, with its named ports. */
export const instanceGroups = collection<'instanceGroups'>({
  ...groups,
  scopes: ['zone', 'region'],
  view: (lab, path, item) => ({ ...item, size: membersOf(lab.store, path).length }),
  posts: {
    listInstances(lab, call) {
      const { instanceState } = parse(z.looseObject({ instanceState: z.string().default('ALL') }), call.body);
      const list = membersOf(lab.store, call.path)
        .filter(({ resource }) => instanceState !== 'RUNNING' || resource.status === 'RUNNING')
        .map(({ instance, resource }) => ({
          instance: linkOf(instance),
          status: resource.status,
          namedPorts: call.item.namedPorts,
        }));
      const { items, nextPageToken } = page(list, ({ instance }) => instance, call.query);
      return {
        kind: 'compute#instanceGroupsListInstances',
        items,
        ...(nextPageToken === undefined ? {} : { nextPageToken }),
      };
    },
    setNamedPorts(lab, call) {
      const body = parse(setNamedPortsBody, call.body);
      checkFingerprint(body.fingerprint, call.item.fingerprint);
      return changeResource(lab, call, groups, 'setNamedPorts', { namedPorts: body.namedPorts ?? [] });
    },
  },
});
