import { type AnyOperation, defineOperation } from '@gennaker/extension-sdk/cloud';
import type { Compute } from './compute.ts';
import { findGroup, groupPath } from './groups.ts';
import { findImage, imageLink } from './images.ts';
import { inverseOfBootImage } from './inverse/template.ts';
import { lastPart } from './resources.ts';
import { changing, undoing } from './safe-repeat.ts';
import {
  type SetStatefulDisk,
  setStatefulDiskSchema,
  type StatefullyUpdateBootImage,
  statefullyUpdateBootImageSchema,
} from './schema.ts';
import { clusterOf, example, touch } from './server-group.ts';
import { changeTemplate, templateOf } from './template-change.ts';

/** Keeps the content of a disk when its instance is made anew. */
export function setStatefulDisk(compute: Compute): AnyOperation {
  return defineOperation({
    schema: setStatefulDiskSchema,
    examples: [{ ...example, deviceName: 'hello-prod-v001-1' }],
    cluster: clusterOf,
    preview: async (_context, d) => {
      const plan = await planDisk(compute, d);
      return {
        changes:
          plan.problem || plan.already
            ? []
            : [`Keeps disk ${d.deviceName} of each instance of ${d.serverGroupName} when the instance is made anew.`],
        warnings:
          plan.problem || plan.already ? [] : ['Its instances are no longer moved between zones to keep them even.'],
        problems: plan.problem ? [plan.problem] : [],
      };
    },
    run: async (context, d) => {
      touch(context, d);
      const plan = await context.step('find', async () => {
        const found = await planDisk(compute, d);
        if (found.problem) throw new Error(`${found.problem}.`);
        return found;
      });
      if (plan.already) {
        await context.progress('STATEFUL', `Disk ${d.deviceName} of ${d.serverGroupName} is kept already`);
        return [{ type: 'StatefulResult', serverGroupName: d.serverGroupName }];
      }
      await context.progress('STATEFUL', `Keeping disk ${d.deviceName} of ${d.serverGroupName}`);
      await context.step(
        'stateful disk',
        async () => {
          await compute.edit(
            () => findGroup(compute, d.region, d.serverGroupName, context.signal),
            plan.address.service,
            'patch',
            (group) => ({
              ...plan.address.scope,
              instanceGroupManager: d.serverGroupName,
              instanceGroupManagerResource: {
                ...(group?.fingerprint ? { fingerprint: group.fingerprint } : {}),
                statefulPolicy: {
                  preservedState: { disks: { ...group?.statefulPolicy?.preservedState?.disks, [d.deviceName]: {} } },
                },
                // Google demands it of a stateful group of a region.
                ...('region' in plan.address.scope
                  ? {
                      updatePolicy: {
                        type: 'OPPORTUNISTIC',
                        ...group?.updatePolicy,
                        instanceRedistributionType: 'NONE',
                      },
                    }
                  : {}),
              },
            }),
            changing(context, 'stateful disk'),
          );
        },
        // By a plain request: the client library cannot say that something shall go.
        async () =>
          void (await compute.write(
            'PATCH',
            groupPath(plan.address, d.serverGroupName),
            plan.first
              ? { statefulPolicy: null }
              : { statefulPolicy: { preservedState: { disks: { [d.deviceName]: null } } } },
            undoing(context, 'stateful disk'),
          )),
      );
      return [{ type: 'StatefulResult', serverGroupName: d.serverGroupName, deviceName: d.deviceName }];
    },
  });
}

async function planDisk(compute: Compute, d: SetStatefulDisk) {
  const { group, address, template } = await templateOf(compute, d);
  const disks = template.properties?.disks ?? [];
  const names = disks.flatMap((disk) => disk.deviceName ?? []);
  const kept = Object.keys(group.statefulPolicy?.preservedState?.disks ?? {});
  const disk = disks.find((one) => one.deviceName === d.deviceName);
  return {
    address,
    already: kept.includes(d.deviceName),
    first: kept.length === 0,
    problem: !disk
      ? `deviceName: ${d.serverGroupName} has no disk ${d.deviceName}; its disks are ${names.join(', ') || 'without names'}`
      : disk.type === 'SCRATCH'
        ? `deviceName: disk ${d.deviceName} is a local SSD, whose content always goes with its instance`
        : null,
  };
}

/** Gives a stateful server group another boot image; each instance boots it when it is next made, and keeps its disks. */
export function statefullyUpdateBootImage(compute: Compute): AnyOperation {
  return defineOperation({
    schema: statefullyUpdateBootImageSchema,
    examples: [{ ...example, bootImage: 'hello-2-0-0' }],
    cluster: clusterOf,
    preview: async (_context, d) => {
      const plan = await planBootImage(compute, d);
      return {
        changes: plan.already
          ? []
          : [`Has ${d.serverGroupName} boot image ${plan.image} in place of ${plan.imageBefore}.`],
        warnings: plan.already ? [] : ['Instances that run are not touched: each changes when it is next made.'],
        problems: [],
      };
    },
    inverse: (_context, d) => inverseOfBootImage(compute, d),
    run: async (context, d) => {
      touch(context, d);
      const plan = await context.step('find', () => planBootImage(compute, d));
      if (plan.already) {
        await context.progress('TEMPLATE', `${d.serverGroupName} boots ${plan.image} already`);
        return [{ type: 'LaunchConfigResult', serverGroupName: d.serverGroupName }];
      }
      const template = await changeTemplate(compute, context, d, plan.change, { type: 'OPPORTUNISTIC' });
      return [
        {
          type: 'LaunchConfigResult',
          serverGroupName: d.serverGroupName,
          launchConfigurationName: template,
          image: plan.image,
        },
      ];
    },
  });
}

async function planBootImage(compute: Compute, d: StatefullyUpdateBootImage) {
  const { group, address, template } = await templateOf(compute, d);
  if (Object.keys(group.statefulPolicy?.preservedState?.disks ?? {}).length === 0)
    throw new Error(
      `Server group ${d.serverGroupName} keeps no disks; use setStatefulDisk first, or deploy the image as a new server group.`,
    );
  const image = await findImage(compute, d.bootImage);
  const disks = template.properties?.disks ?? [];
  const boot = disks.find((disk) => disk.boot !== false);
  const before = lastPart(boot?.initializeParams?.sourceImage);
  return {
    image: image.name,
    imageBefore: before || 'the one it has',
    already: before === image.name,
    change: {
      address,
      before: template.name,
      policyBefore: group.updatePolicy ?? null,
      properties: {
        ...template.properties,
        disks: disks.map((disk) =>
          disk === boot
            ? { ...disk, initializeParams: { ...disk.initializeParams, sourceImage: imageLink(compute, image) } }
            : disk,
        ),
      },
      description: template.description ?? `Server group ${d.serverGroupName}`,
    },
  };
}
