import type { ServerGroup } from '@gennaker/contracts/clouddriver';
import type { JsonObject } from '@gennaker/ui/stage-ui';
import { isOn, list, object, strings, text } from '@gennaker/ui/stage-ui';
import type { Comparison } from './deed.ts';
import { imageOf } from './version.ts';

/** Labels that each server group gets of itself. */
const OWN_LABELS = /^(spinnaker-|gennaker-operation$)/;

/** Labels of a server group's instances that somebody gave them. */
export function ownLabels(group: ServerGroup): JsonObject {
  return Object.fromEntries(Object.entries(object(group['labels'])).filter(([key]) => !OWN_LABELS.test(key)));
}

const lastPart = (link: unknown): string => text(link).split('/').at(-1) ?? '';
const sorted = (names: unknown): string[] => strings(names).toSorted();

/** Without what says nothing: null, empty objects and lists, and signals that are off. */
function plain(value: unknown): unknown {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return value;
  const entries = Object.entries(object(value))
    .map(([key, each]) => [key, plain(each)] as const)
    .filter(([, each]) => each !== null && each !== undefined && each !== 'NONE')
    .filter(([, each]) => typeof each !== 'object' || Object.keys(object(each)).length > 0);
  return entries.length > 0 ? Object.fromEntries(entries) : null;
}

const diskOf = (disk: JsonObject): JsonObject => ({
  type: lastPart(disk['type']) || 'pd-standard',
  ...(disk['sizeGb'] ? { sizeGb: Number(disk['sizeGb']) } : {}),
});

function disksOf(asked: JsonObject): JsonObject[] {
  const disks = list(asked['disks']).map(object);
  return (disks.length > 0 ? disks : [{ sizeGb: asked['diskSizeGb'] }]).map(diskOf);
}

function scalingOf(policy: unknown, capacity: unknown): unknown {
  if (!policy) return null;
  const { min, max } = object(capacity);
  const bounds = min === undefined ? {} : { minNumReplicas: min, maxNumReplicas: max };
  return plain({ mode: 'ON', coolDownPeriodSec: 60, ...object(policy), ...bounds });
}

/** A cluster of a deploy as it would be, beside a server group that runs: everything that is known of both. */
export function clusterComparison(group: ServerGroup, asked: JsonObject): Pick<Comparison, 'before' | 'after'> {
  const healing = asked['autoHealingPolicy'];
  const sourceSized = isOn(asked['useSourceCapacity']) || isOn(asked['preferSourceCapacity']);
  const capacity = sourceSized ? group.capacity : asked['capacity'];
  const zones = sorted(object(asked['distributionPolicy'])['zones']);
  const [account] = list(group['instanceTemplateServiceAccounts']).map(object);
  const known = {
    image: [imageOf(group), lastPart(asked['image']) || undefined],
    capacity: [group.capacity, capacity],
    instanceType: [group['instanceType'], text(asked['instanceType']) || "the cloud's default"],
    zones: [
      sorted(group.zones),
      zones.length > 0 ? zones : text(asked['zone']) ? [text(asked['zone'])] : ['all of the region'],
    ],
    network: [group['networkName'], lastPart(asked['network']) || 'default'],
    loadBalancers: [sorted(group.loadBalancers), sorted(asked['loadBalancers'])],
    tags: [sorted(group['tags']), sorted(asked['tags'])],
    labels: [plain(ownLabels(group)), plain(object(asked['labels']))],
    serviceAccountEmail: [text(object(account)['email']), text(asked['serviceAccountEmail'])],
    disks: [group['disks'] && list(group['disks']).map(object).map(diskOf), disksOf(asked)],
    autoscalingPolicy: [plain(group['autoscalingPolicy'] ?? null), scalingOf(asked['autoscalingPolicy'], capacity)],
    autoHealingPolicy: [
      plain(group['autoHealingPolicy'] ?? null),
      healing ? plain({ initialDelaySec: 300, ...object(healing) }) : null,
    ],
    disableTraffic: [group.isDisabled, isOn(asked['disableTraffic'])],
  } satisfies Record<string, readonly [unknown, unknown]>;
  // What its cloud does not tell of the one that runs cannot differ.
  const told = Object.entries(known).filter(([, [before]]) => before !== undefined);
  return {
    before: Object.fromEntries(told.map(([field, [before]]) => [field, before])),
    after: Object.fromEntries(told.map(([field, [, after]]) => [field, after])),
  };
}
