import { keptDevices } from './instance-disks.ts';
import { versionsOf } from './group-manager-schema.ts';
import type { Amount, GroupManager, UpdatePolicy, Version } from './group-manager-schema.ts';
import { goalOf } from './group-plan.ts';
import type { PlannedGroup } from './group-plan.ts';
import { lastPart, pathOf, splitPath } from './path.ts';
import { OperationFailure } from './problem.ts';
import type { ManagedRecord, Store } from './store.ts';
import { membersOf } from './traffic-plan.ts';
import { allowedAction, neededAction } from './update-action.ts';
import { amountOf } from './version-targets.ts';

/** A group and its instances as the plan looks at them. @param fullZones zones that had no room lately */
export function planned(
  store: Store,
  groupPath: string,
  group: GroupManager,
  fullZones: ReadonlySet<string>,
): PlannedGroup {
  const zones = zonesOfGroup(groupPath, group);
  const policy = group.updatePolicy ?? {};
  const { surge, unavailable } = limitsOf(policy, zones.length, group.targetSize);
  const members = membersOf(store, groupPath);
  const versions = versionsOf(group);
  const byPath = new Map(members.map(({ instance, record }) => [instance, record]));
  const names = new Set(members.map(({ resource }) => resource.name));
  return {
    targetSize: group.targetSize,
    zones,
    fullZones,
    shape: group.distributionPolicy?.targetShape ?? 'EVEN',
    redistribute: policy.instanceRedistributionType !== 'NONE',
    versions: versions.map(({ targetSize }) => targetSize),
    proactive: policy.type === 'PROACTIVE',
    surge,
    unavailable,
    inPlace: policy.replacementMethod === 'RECREATE',
    reserved: Object.values(group.perInstanceConfigs ?? {})
      .filter(({ name }) => !names.has(name))
      .map(({ name, zone }) => ({ name, zone })),
    members: members.map(({ instance, resource, record }) => {
      const config = group.perInstanceConfigs?.[resource.name];
      return {
        path: instance,
        zone: lastPart(resource.zone),
        version: versionIndex(group, record),
        settled: record.action === 'NONE',
        available: record.action === 'NONE' && resource.status === 'RUNNING',
        failing: resource.status !== 'RUNNING' && record.failures > 0,
        leaving: record.action === 'DELETING',
        pinned: config !== undefined || keptDevices(group, config).size > 0,
        createdAt: resource.creationTimestamp,
      };
    }),
    actionFor(path, position) {
      const record = byPath.get(path);
      const version = versions[position];
      return record === undefined || version === undefined ? undefined : actionFor(store, record, version, policy);
    },
  };
}

/** The version that an instance of a group should have. */
export function goalVersion(store: Store, groupPath: string, group: GroupManager, path: string): Version {
  const position = goalOf(planned(store, groupPath, group, new Set()), path);
  return versionsOf(group)[position] ?? { instanceTemplate: group.instanceTemplate };
}

/** What is done to an instance so that it becomes of a version; undefined when the policy does not allow it. */
export function actionFor(
  store: Store,
  record: ManagedRecord,
  version: Version,
  policy: Pick<UpdatePolicy, 'minimalAction' | 'mostDisruptiveAllowedAction'>,
) {
  const to = store.get('instanceTemplates', pathOf(version.instanceTemplate, projectOf(record.group), 'version'));
  if (to === undefined) return undefined;
  return allowedAction(
    neededAction(store.get('instanceTemplates', record.template)?.properties, to.properties),
    policy,
  );
}

/** Position of the version that an instance has; -1 when the group has it no more. */
export function versionIndex(group: GroupManager, record: ManagedRecord): number {
  return versionsOf(group).findIndex(
    ({ instanceTemplate, name }) =>
      pathOf(instanceTemplate, projectOf(record.group), 'version') === record.template && name === record.version,
  );
}

/** How many instances may be there beyond the target, and missing, during updates. */
export function limitsOf(
  policy: UpdatePolicy,
  zones: number,
  targetSize: number,
): { readonly surge: number; readonly unavailable: number } {
  const usual: Amount = { fixed: zones };
  return {
    surge: policy.replacementMethod === 'RECREATE' ? 0 : amountOf(policy.maxSurge ?? usual, targetSize, 'up'),
    unavailable: amountOf(policy.maxUnavailable ?? usual, targetSize, 'down'),
  };
}

/** Zones that a group's instances may live in. */
export function zonesOfGroup(groupPath: string, group: GroupManager): string[] {
  const scope = splitPath(groupPath)?.scope;
  if (scope?.kind === 'zone') return [scope.location];
  const zones = group.distributionPolicy?.zones.map(({ zone }) => lastPart(zone)) ?? [];
  if (zones.length === 0) throw new OperationFailure('INVALID_FIELD_VALUE', `The group ${groupPath} has no zones.`);
  return zones;
}

function projectOf(path: string): string {
  return path.split('/')[1] ?? '';
}
