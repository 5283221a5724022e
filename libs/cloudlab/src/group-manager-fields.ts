import { existing } from './collection.ts';
import type { Call, Lab } from './collection.ts';
import { deviceOf } from './instance-disks.ts';
import type { Amount, GroupManager, UpdatePolicy, Version } from './group-manager-schema.ts';
import { zonesOf } from './locations.ts';
import { lastPart, linkOf, pathOf } from './path.ts';
import { invalid } from './problem.ts';

type Given = readonly { readonly instanceTemplate?: string | undefined; readonly targetSize?: Amount | undefined }[];

/**
 * The versions that a body asks for, with links.
 * @returns undefined when the body says nothing of them
 * @throws CloudProblem for a template that is not there, or versions that do not add up
 */
export function versionsFrom(
  lab: Lab,
  call: Call,
  body: { readonly instanceTemplate?: string | undefined; readonly versions?: Given | undefined },
): readonly Version[] | undefined {
  const { versions = [], instanceTemplate } = body;
  const template = (field: string, reference: string): string =>
    linkOf(existing(lab, call, field, reference, ['instanceTemplates']));
  if (versions.length === 0) {
    return instanceTemplate === undefined || instanceTemplate === ''
      ? undefined
      : [{ instanceTemplate: template('instanceTemplate', instanceTemplate) }];
  }
  const complete = versions.map((version, position): Version => {
    const field = `versions[${position}].instanceTemplate`;
    if (version.instanceTemplate === undefined) throw invalid(`resource.${field}`, 'it is required.');
    const { fixed, percent } = version.targetSize ?? {};
    const size = fixed !== undefined ? { fixed } : percent !== undefined ? { percent } : undefined;
    const { targetSize: _, ...rest } = version;
    return {
      ...rest,
      instanceTemplate: template(field, version.instanceTemplate),
      ...(size === undefined ? {} : { targetSize: size }),
    };
  });
  const open = complete.filter(({ targetSize }) => targetSize === undefined).length;
  if (open !== 1) {
    throw invalid(
      'resource.versions',
      `${open} of them have no targetSize. Exactly one must have none: it takes the instances that are left.`,
    );
  }
  return complete;
}

/** A regional group's zones and shape, completed. */
export function distributionFrom(
  call: Call,
  given: GroupManager['distributionPolicy'],
): NonNullable<GroupManager['distributionPolicy']> {
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

/** Autohealing policies with links. */
export function healingFrom(
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
              'httpsHealthChecks',
            ]),
          ),
        },
  );
}

/** Links of target pools. */
export function poolsFrom(lab: Lab, call: Call, given: readonly string[]): string[] {
  return given.map((each) => linkOf(existing(lab, call, 'targetPools', each, ['targetPools'])));
}

/** @throws CloudProblem naming the field of a group whose rules cannot be kept together */
export function checkGroup(
  lab: Lab,
  call: Call,
  group: Pick<GroupManager, 'updatePolicy' | 'distributionPolicy' | 'statefulPolicy'>,
  versions: readonly Version[],
): void {
  const policy = group.updatePolicy ?? {};
  const zones = call.scope.kind === 'region' ? (group.distributionPolicy?.zones.length ?? 1) : 1;
  checkLimits(policy, zones);
  const moves = policy.instanceRedistributionType !== 'NONE' && call.scope.kind === 'region';
  const shape = group.distributionPolicy?.targetShape ?? 'EVEN';
  if (shape !== 'EVEN' && moves) {
    throw invalid(
      'resource.updatePolicy.instanceRedistributionType',
      `a group of shape ${shape} does not move instances between zones; say NONE.`,
    );
  }
  const devices = Object.keys(group.statefulPolicy?.preservedState?.disks ?? {});
  const addresses = Object.keys(group.statefulPolicy?.preservedState?.internalIPs ?? {});
  if (devices.length + addresses.length === 0) return;
  if (moves) {
    throw invalid(
      'resource.updatePolicy.instanceRedistributionType',
      'a regional group that keeps disks or addresses cannot move instances between zones; say NONE.',
    );
  }
  if (policy.type === 'PROACTIVE' && policy.replacementMethod !== 'RECREATE') {
    throw invalid(
      'resource.updatePolicy.replacementMethod',
      'a group that keeps disks or addresses updates its instances in their place; say RECREATE, with maxSurge 0.',
    );
  }
  checkDevices(lab, call, devices, versions);
}

function checkLimits(policy: UpdatePolicy, zones: number): void {
  const surge = policy.maxSurge?.fixed;
  const unavailable = policy.maxUnavailable?.fixed;
  for (const [field, fixed] of [
    ['maxSurge', surge],
    ['maxUnavailable', unavailable],
  ] as const) {
    if (fixed !== undefined && fixed !== 0 && fixed < zones) {
      throw invalid(
        `resource.updatePolicy.${field}.fixed`,
        `${fixed}. A fixed number of a regional group is 0, or at least the number of its zones (${zones}).`,
      );
    }
  }
  if (policy.replacementMethod === 'RECREATE') {
    if ((policy.maxSurge?.fixed ?? policy.maxSurge?.percent ?? 0) > 0) {
      throw invalid('resource.updatePolicy.maxSurge', 'it must be 0 where replacementMethod is RECREATE.');
    }
    if (unavailable === 0) {
      throw invalid(
        'resource.updatePolicy.maxUnavailable',
        'it must be above 0 where replacementMethod is RECREATE: what is made anew in its place is missing meanwhile.',
      );
    }
  } else if (surge === 0 && unavailable === 0) {
    throw invalid(
      'resource.updatePolicy.maxUnavailable',
      'it and maxSurge are both 0, so no instance could ever be updated.',
    );
  }
}

function checkDevices(lab: Lab, call: Call, devices: readonly string[], versions: readonly Version[]): void {
  for (const { instanceTemplate } of versions) {
    const template = lab.store.get('instanceTemplates', pathOf(instanceTemplate, call.scope.project, 'version'));
    const known = template?.properties.disks.map(deviceOf) ?? [];
    const missing = devices.find((device) => !known.includes(device));
    if (missing !== undefined) {
      throw invalid(
        'resource.statefulPolicy.preservedState.disks',
        `'${missing}'. The template ${lastPart(instanceTemplate)} has the devices ${known.join(', ')}.`,
      );
    }
  }
}
