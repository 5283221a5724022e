import type { Inverse } from '@gennaker/extension-sdk/cloud';
import type { Compute } from '../compute.ts';
import { launchFieldsOf } from '../clone-server-group.ts';
import { lastPart, type Template } from '../resources.ts';
import type { ServerGroupOperation, UpdateLaunchConfig } from '../schema.ts';
import { templateOf } from '../template-change.ts';
import { placeOf } from './capacity.ts';

/** The network tags that a group's instances have now. */
export async function inverseOfTags(compute: Compute, d: ServerGroupOperation): Promise<Inverse> {
  const { template } = await templateOf(compute, d);
  return {
    operations: [{ upsertServerGroupTags: { ...placeOf(d), tags: [...(template.properties?.tags?.items ?? [])] } }],
  };
}

/** What a group's instances are made of now, in the fields that are about to change. */
export async function inverseOfLaunchConfig(compute: Compute, d: UpdateLaunchConfig): Promise<Inverse> {
  const { template } = await templateOf(compute, d);
  const before: Readonly<Record<string, unknown>> = launchFieldsOf(template);
  const added = [...addedTo('instanceMetadata', d, before), ...addedTo('labels', d, before)];
  if (added.length > 0)
    return {
      impossible: `What it added to ${d.serverGroupName} (${added.join(', ')}) cannot be taken from a template again; set it to what it should be`,
    };
  const changed = Object.keys(d).filter((key) => key in before);
  const lost = Object.keys(d).filter((key) => CHANGEABLE.has(key) && !(key in before));
  if (lost.length > 0)
    return {
      impossible: `${d.serverGroupName} had no ${lost.join(', ')} before, and a template cannot lose it; set it to what it should be`,
    };
  return {
    operations: [
      {
        updateLaunchConfig: {
          ...placeOf(d),
          ...Object.fromEntries(changed.map((key) => [key, before[key]])),
          ...(d.updatePolicy ? { updatePolicy: d.updatePolicy } : {}),
        },
      },
    ],
  };
}

/** Fields that a template can be without. */
const CHANGEABLE: ReadonlySet<string> = new Set(['minCpuPlatform', 'subnet', 'acceleratorConfigs', 'userData']);

function addedTo(
  field: 'instanceMetadata' | 'labels',
  d: UpdateLaunchConfig,
  before: Readonly<Record<string, unknown>>,
) {
  const known = before[field];
  return Object.keys(d[field] ?? {}).filter((key) => typeof known !== 'object' || known === null || !(key in known));
}

/** The image that a stateful group boots from now. */
export async function inverseOfBootImage(compute: Compute, d: ServerGroupOperation): Promise<Inverse> {
  const { template } = await templateOf(compute, d);
  const image = bootImageOf(template);
  return image
    ? { operations: [{ statefullyUpdateBootImage: { ...placeOf(d), bootImage: image } }] }
    : { impossible: `The template of ${d.serverGroupName} names no image` };
}

function bootImageOf({ properties }: Template): string {
  const boot = properties?.disks?.find((disk) => disk.boot !== false);
  return lastPart(boot?.initializeParams?.sourceImage);
}
