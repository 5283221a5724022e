import type { Lab } from './collection.ts';
import { keptDevices } from './instance-disks.ts';
import { versionsOf } from './group-manager-schema.ts';
import type { GroupManager } from './group-manager-schema.ts';
import { lastPart, linkOf } from './path.ts';
import { limitsOf, versionIndex, zonesOfGroup } from './planned-group.ts';
import type { Instance } from './resource.ts';
import type { InstanceAction, ManagedRecord } from './store.ts';
import { isLeaving, membersOf, probeOf } from './traffic-plan.ts';
import { versionTargets } from './version-targets.ts';

/** A managed group as the API shows it. */
export function groupManagerView(lab: Lab, path: string, item: GroupManager): object {
  const { deleting: _, perInstanceConfigs, ...shown } = item;
  const members = membersOf(lab.store, path);
  const count = (action: InstanceAction): number => members.filter(({ record }) => record.action === action).length;
  const versions = versionsOf(item);
  const targets = versionTargets(
    versions.map(({ targetSize }) => targetSize),
    item.targetSize,
  );
  const reached = targets.every(
    (target, position) => members.filter(({ record }) => versionIndex(item, record) === position).length === target,
  );
  const settled = members.length === item.targetSize && count('NONE') === members.length;
  const stable = settled && (reached || item.updatePolicy?.type !== 'PROACTIVE');
  const scaler = autoscalerOf(lab, path);
  const configs = Object.keys(perInstanceConfigs ?? {}).length;
  const { surge, unavailable } = limitsOf(item.updatePolicy ?? {}, zonesOfGroup(path, item).length, item.targetSize);
  return {
    ...shown,
    updatePolicy: {
      minimalAction: 'REPLACE',
      replacementMethod: 'SUBSTITUTE',
      ...item.updatePolicy,
      maxSurge: { ...item.updatePolicy?.maxSurge, calculated: surge },
      maxUnavailable: { ...item.updatePolicy?.maxUnavailable, calculated: unavailable },
    },
    versions: versions.map((version, position) => ({
      ...version,
      targetSize: { ...version.targetSize, calculated: targets[position] ?? 0 },
    })),
    currentActions: {
      none: count('NONE'),
      creating: count('CREATING'),
      creatingWithoutRetries: 0,
      recreating: count('RECREATING'),
      deleting: count('DELETING'),
      restarting: count('RESTARTING'),
      abandoning: 0,
      refreshing: 0,
      verifying: count('VERIFYING'),
    },
    status: {
      isStable: stable,
      versionTarget: { isReached: reached },
      stateful: {
        hasStatefulConfig: item.statefulPolicy !== undefined || configs > 0,
        perInstanceConfigs: { allEffective: true },
      },
      ...(scaler === undefined ? {} : { autoscaler: linkOf(scaler) }),
    },
  };
}

/** One line of listManagedInstances. */
export function managedInstanceView(
  lab: Lab,
  group: GroupManager,
  path: string,
  instance: Instance,
  record: ManagedRecord,
) {
  const errors = lab.fleet.errorsOf(record);
  const check = group.autoHealingPolicies[0]?.healthCheck;
  const probe =
    check === undefined
      ? undefined
      : probeOf(lab.store, check, { instance: path, resource: instance, record }, record.port, group.namedPorts);
  const health = probe === undefined ? undefined : lab.traffic.healthOf(probe.key);
  return {
    instance: linkOf(path),
    id: instance.id,
    name: instance.name,
    // One that was never there has no status.
    ...(record.action === 'CREATING' && instance.status === 'PROVISIONING' ? {} : { instanceStatus: instance.status }),
    currentAction: record.action,
    version: {
      instanceTemplate: linkOf(record.template),
      ...(record.version === undefined ? {} : { name: record.version }),
    },
    ...(check === undefined || isLeaving(record)
      ? {}
      : { instanceHealth: [{ healthCheck: check, detailedHealthState: health?.state ?? 'UNKNOWN' }] }),
    ...preserved(group, instance),
    ...(errors.length === 0 ? {} : { lastAttempt: { errors: { errors } } }),
  };
}

/** Path of the autoscaler that a managed group has. */
export function autoscalerOf(lab: Lab, group: string): string | undefined {
  const link = linkOf(group);
  return lab.store.list('autoscalers', 'projects/').find(([, { target }]) => target === link)?.[0];
}

function preserved(group: GroupManager, instance: Instance): object {
  const config = group.perInstanceConfigs?.[instance.name];
  const rules = group.statefulPolicy?.preservedState?.disks ?? {};
  const disksOf = (devices: ReadonlySet<string>, rule: (device: string) => string | undefined): object =>
    Object.fromEntries(
      instance.disks
        .filter(({ deviceName }) => devices.has(deviceName))
        .map(({ deviceName, source }) => [
          deviceName,
          { source, mode: 'READ_WRITE', autoDelete: rule(deviceName) ?? 'NEVER' },
        ]),
    );
  const own = config?.preservedState.disks ?? {};
  return {
    ...(keptDevices(group, undefined).size === 0
      ? {}
      : {
          preservedStateFromPolicy: {
            disks: disksOf(new Set(Object.keys(rules)), (device) => rules[device]?.autoDelete),
          },
        }),
    ...(config === undefined
      ? {}
      : {
          preservedStateFromConfig: {
            disks: disksOf(new Set(Object.keys(own)), (device) => own[device]?.autoDelete),
            metadata: config.preservedState.metadata ?? {},
          },
        }),
  };
}

/** Lines of listErrors, oldest first. */
export function groupErrors(lab: Lab, path: string): readonly object[] {
  return (lab.store.state.errors[path] ?? []).map(({ at, instance, action, error }) => ({
    timestamp: at,
    error,
    instanceActionDetails: {
      action,
      ...(instance === '' ? {} : { instance: linkOf(instance), version: versionAt(lab, instance) }),
    },
  }));
}

function versionAt(lab: Lab, instance: string): object {
  const template = lab.store.state.managed[instance]?.template;
  return template === undefined || lastPart(template) === '' ? {} : { instanceTemplate: linkOf(template) };
}
