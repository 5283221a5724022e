import { z } from 'zod';
import {
  checkFingerprint,
  checkNotDeleting,
  collection,
  parse,
  replaceFields,
  start,
  storeResource,
} from './collection.ts';
import type { Call, ItemCall, Lab } from './collection.ts';
import { mergePatch } from './document-collection.ts';
import { compileFilter } from './filter.ts';
import { checkGroup, distributionFrom, healingFrom, poolsFrom, versionsFrom } from './group-manager-fields.ts';
import { UPDATE_ACTIONS, groupManagerBody, groupManagerPatch, versionsOf } from './group-manager-schema.ts';
import type { GroupManager, UpdatePolicy } from './group-manager-schema.ts';
import { groupErrors, groupManagerView, managedInstanceView } from './group-manager-view.ts';
import { putNamedPorts } from './named-ports.ts';
import { page } from './page.ts';
import { linkOf, pathOf } from './path.ts';
import { changeConfigs, createInstances, deleteConfigs, listConfigs } from './per-instance-configs.ts';
import { CloudProblem, alreadyExists, invalid } from './problem.ts';
import { checkQuota } from './quotas.ts';
import { refuseWhileUsed } from './references.ts';
import type { OperationDocument } from './store.ts';
import { isLeaving, membersOf } from './traffic-plan.ts';

const managers = { name: 'instanceGroupManagers', kind: 'compute#instanceGroupManager' } as const;
const groups = { name: 'instanceGroups', kind: 'compute#instanceGroup' } as const;

const instancesBody = z.looseObject({ instances: z.array(z.string()).min(1, 'name at least one instance') });
const applyBody = z.looseObject({
  instances: z.array(z.string()).default([]),
  allInstances: z.boolean().default(false),
  minimalAction: z.enum(UPDATE_ACTIONS).default('NONE'),
  mostDisruptiveAllowedAction: z.enum(UPDATE_ACTIONS).default('REPLACE'),
});

type Managed = ItemCall<'instanceGroupManagers'>;

/** Managed instance groups, zonal and regional. */
export const groupManagers = collection<'instanceGroupManagers'>({
  ...managers,
  scopes: ['zone', 'region'],
  view: groupManagerView,
  insert,
  patch,
  remove(lab, call) {
    checkNotDeleting(call.path, call.item);
    refuseWhileUsed(lab, call.path);
    refuseWhileUsed(lab, instanceGroupOf(call.path));
    return changeGroup(lab, call, 'delete', { targetSize: 0, deleting: true, perInstanceConfigs: {} }, 'delete-group');
  },
  posts: {
    resize(lab, call) {
      checkNotDeleting(call.path, call.item);
      const size = parse(z.coerce.number().int().min(0).max(1000), call.query['size'], 'size');
      return changeGroup(lab, call, 'resize', { targetSize: size });
    },
    setInstanceTemplate(lab, call) {
      checkNotDeleting(call.path, call.item);
      const body = parse(z.looseObject({ instanceTemplate: z.string().min(1) }), call.body);
      const versions = versionsFrom(lab, call, body) ?? [];
      checkGroup(lab, call, call.item, versions);
      return changeGroup(lab, call, 'setInstanceTemplate', templateFields(versions));
    },
    setTargetPools(lab, call) {
      checkNotDeleting(call.path, call.item);
      const body = parse(
        z.looseObject({ targetPools: z.array(z.string()).default([]), fingerprint: z.string().optional() }),
        call.body,
      );
      checkFingerprint(body.fingerprint, call.item.fingerprint);
      return changeGroup(lab, call, 'setTargetPools', { targetPools: poolsFrom(lab, call, body.targetPools) });
    },
    setAutoHealingPolicies(lab, call) {
      checkNotDeleting(call.path, call.item);
      const body = parse(z.looseObject({ autoHealingPolicies: groupManagerBody.shape.autoHealingPolicies }), call.body);
      return changeGroup(lab, call, 'setAutoHealingPolicies', {
        autoHealingPolicies: healingFrom(lab, call, body.autoHealingPolicies ?? []),
      });
    },
    recreateInstances(lab, call) {
      checkNotDeleting(call.path, call.item);
      const paths = named(lab, call, parse(instancesBody, call.body).instances).filter(
        (path) => lab.store.state.managed[path]?.action !== 'DELETING',
      );
      return start(lab, call, 'recreateInstances', undefined, () => {
        for (const path of paths) void lab.fleet.recreate(path);
      });
    },
    deleteInstances(lab, call) {
      checkNotDeleting(call.path, call.item);
      const paths = staying(lab, named(lab, call, parse(instancesBody, call.body).instances));
      return start(lab, call, 'deleteInstances', undefined, () => {
        shrink(lab, call, paths.length);
        for (const path of paths) void lab.fleet.remove(path);
      });
    },
    abandonInstances(lab, call) {
      checkNotDeleting(call.path, call.item);
      const paths = named(lab, call, parse(instancesBody, call.body).instances);
      const leaving = paths.find((path) => !staying(lab, [path]).includes(path));
      if (leaving !== undefined) {
        throw new CloudProblem(400, 'resourceNotReady', `The instance '${leaving}' is being deleted or made anew.`);
      }
      return start(lab, call, 'abandonInstances', undefined, () => {
        shrink(lab, call, paths.length);
        lab.fleet.abandon(call.path, paths);
      });
    },
    createInstances,
    applyUpdatesToInstances(lab, call) {
      checkNotDeleting(call.path, call.item);
      const body = parse(applyBody, call.body);
      const all = membersOf(lab.store, call.path).map(({ instance }) => instance);
      if (!body.allInstances && body.instances.length === 0) {
        throw invalid('instances', 'name at least one instance, or say allInstances.');
      }
      const paths = staying(lab, body.allInstances ? all : named(lab, call, body.instances));
      return start(lab, call, 'applyUpdatesToInstances', undefined, () =>
        lab.fleet.applyUpdates(call.path, paths, body),
      );
    },
    listManagedInstances(lab, call) {
      const keep = compileFilter(call.query['filter']);
      const list = membersOf(lab.store, call.path)
        .map(({ instance, resource, record }) => managedInstanceView(lab, call.item, instance, resource, record))
        .filter((each) => keep(each));
      const { items, nextPageToken } = page(list, ({ instance }) => instance, call.query);
      return { managedInstances: items, ...(nextPageToken === undefined ? {} : { nextPageToken }) };
    },
    listPerInstanceConfigs: listConfigs,
    updatePerInstanceConfigs: changeConfigs('updatePerInstanceConfigs'),
    patchPerInstanceConfigs: changeConfigs('patchPerInstanceConfigs'),
    deletePerInstanceConfigs: deleteConfigs,
  },
  gets: {
    listErrors: (lab, call) => ({ items: groupErrors(lab, call.path) }),
  },
});

function insert(lab: Lab, call: Call): OperationDocument {
  const body = parse(groupManagerBody, call.body);
  const versions = versionsFrom(lab, call, body);
  if (versions === undefined) throw invalid('resource.instanceTemplate', 'it is required.');
  const path = `${call.scope.path}/instanceGroupManagers/${body.name}`;
  const groupPath = instanceGroupOf(path);
  for (const each of [path, groupPath]) {
    if (lab.store.get('instanceGroupManagers', each) !== undefined) throw alreadyExists(each);
  }
  checkQuota(lab.store, 'instanceGroups', call.scope);
  const fields = {
    ...body,
    ...templateFields(versions),
    baseInstanceName: body.baseInstanceName ?? body.name.slice(0, 58).replace(/-$/, ''),
    instanceGroup: linkOf(groupPath),
    namedPorts: body.namedPorts ?? [],
    targetPools: poolsFrom(lab, call, body.targetPools ?? []),
    autoHealingPolicies: healingFrom(lab, call, body.autoHealingPolicies ?? []),
    updatePolicy: withDefaults(body.updatePolicy),
    ...(call.scope.kind === 'region' ? { distributionPolicy: distributionFrom(call, body.distributionPolicy) } : {}),
  };
  checkGroup(lab, call, fields, versions);
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

function patch(lab: Lab, call: Managed): OperationDocument {
  checkNotDeleting(call.path, call.item);
  const body = parse(groupManagerPatch, call.body);
  checkFingerprint(body.fingerprint, call.item.fingerprint);
  const versions = versionsFrom(lab, call, body);
  const { distributionPolicy, statefulPolicy } = body;
  const updatePolicy = { ...call.item.updatePolicy, ...body.updatePolicy };
  const fields = {
    ...(body.description === undefined ? {} : { description: body.description }),
    ...(body.baseInstanceName === undefined ? {} : { baseInstanceName: body.baseInstanceName }),
    ...(body.targetSize === undefined ? {} : { targetSize: body.targetSize }),
    ...(versions === undefined ? {} : templateFields(versions)),
    ...(body.namedPorts === undefined ? {} : { namedPorts: body.namedPorts }),
    ...(body.targetPools === undefined ? {} : { targetPools: poolsFrom(lab, call, body.targetPools) }),
    ...(body.autoHealingPolicies === undefined
      ? {}
      : { autoHealingPolicies: healingFrom(lab, call, body.autoHealingPolicies) }),
    updatePolicy,
    ...(body.instanceLifecyclePolicy === undefined
      ? {}
      : { instanceLifecyclePolicy: { ...call.item.instanceLifecyclePolicy, ...body.instanceLifecyclePolicy } }),
    ...(distributionPolicy === undefined || call.scope.kind !== 'region'
      ? {}
      : { distributionPolicy: patchedDistribution(call, distributionPolicy) }),
    statefulPolicy:
      statefulPolicy === null
        ? undefined
        : groupManagerBody.shape.statefulPolicy.parse(mergePatch(call.item.statefulPolicy, statefulPolicy ?? {})),
  };
  const keepsNothing = call.item.statefulPolicy === undefined && statefulPolicy === undefined;
  const complete = keepsNothing ? { ...fields, statefulPolicy: undefined } : fields;
  checkGroup(lab, call, { ...call.item, ...complete }, versions ?? versionsOf(call.item));
  return changeGroup(lab, call, 'patch', complete);
}

/** Zones stay as the group was made; its shape can change. */
function patchedDistribution(
  call: Managed,
  given: NonNullable<GroupManager['distributionPolicy']>,
): GroupManager['distributionPolicy'] {
  const zones = given.zones.length > 0 ? given.zones : (call.item.distributionPolicy?.zones ?? []);
  const next = distributionFrom(call, { ...call.item.distributionPolicy, ...given, zones });
  const names = (policy: GroupManager['distributionPolicy']): string =>
    JSON.stringify(policy?.zones.map(({ zone }) => zone).toSorted());
  if (names(next) !== names(call.item.distributionPolicy)) {
    throw invalid('resource.distributionPolicy.zones', 'the zones of a group cannot change; make a new group.');
  }
  return next;
}

function changeGroup(
  lab: Lab,
  call: Managed,
  type: string,
  fields: Readonly<Record<string, unknown>> & Partial<Pick<GroupManager, 'targetPools' | 'namedPorts'>>,
  action?: string,
): OperationDocument {
  return start(lab, call, type, action === undefined ? undefined : { action }, () => {
    replaceFields(lab, call.path, call.item, managers, fields);
    if (fields.namedPorts !== undefined) putNamedPorts(lab, instanceGroupOf(call.path), fields.namedPorts);
    // A policy that was taken away leaves no trace.
    if ('statefulPolicy' in fields && fields['statefulPolicy'] === undefined) dropPolicy(lab, call.path);
    if (fields.targetPools !== undefined) lab.fleet.changePools(call.path, call.item.targetPools, fields.targetPools);
    lab.fleet.reconcile(call.path);
  });
}

function dropPolicy(lab: Lab, path: string): void {
  const group = lab.store.get('instanceGroupManagers', path);
  if (group?.statefulPolicy === undefined) return;
  const { statefulPolicy: _, ...rest } = group;
  lab.store.put('instanceGroupManagers', path, rest);
}

function shrink(lab: Lab, call: Managed, by: number): void {
  replaceFields(lab, call.path, call.item, managers, { targetSize: Math.max(0, call.item.targetSize - by) });
}

function templateFields(versions: GroupManager['versions'] = []): Pick<GroupManager, 'versions'> & {
  readonly instanceTemplate: string;
} {
  return { versions, instanceTemplate: versions[0]?.instanceTemplate ?? '' };
}

function withDefaults(policy: UpdatePolicy | undefined): UpdatePolicy {
  return { type: 'OPPORTUNISTIC', instanceRedistributionType: 'PROACTIVE', ...policy };
}

/** Paths of the instances that the body names; each must belong to the group. */
function named(lab: Lab, call: Managed, instances: readonly string[]): string[] {
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

/** Those that are not on their way out. */
function staying(lab: Lab, paths: readonly string[]): string[] {
  return paths.filter((path) => {
    const record = lab.store.state.managed[path];
    return record !== undefined && !isLeaving(record);
  });
}

function instanceGroupOf(path: string): string {
  return path.replace('/instanceGroupManagers/', '/instanceGroups/');
}

/** Work of instanceGroupManagers.delete: done when the last instance is gone. */
export async function deleteGroup(lab: Lab, path: string): Promise<void> {
  await lab.fleet.emptied(path);
  lab.store.remove(path);
  lab.store.remove(instanceGroupOf(path));
  delete lab.store.state.errors[path];
  lab.store.changed();
}
