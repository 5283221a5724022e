import { type AnyOperation, defineOperation, type OperationContext } from '@gennaker/extension-sdk/cloud';
import type { Compute } from './compute.ts';
import { problemOf } from './errors.ts';
import { regionOfZone } from './groups.ts';
import { findImage, imageLink } from './images.ts';
import { DEFAULT_TYPE, launchProperties } from './launch-properties.ts';
import { placementProblems } from './placement.ts';
import { instanceSchema, lastPart } from './resources.ts';
import { changing, ignoreAbsent, insertOnce, undoing } from './safe-repeat.ts';
import { type CreateInstance, createInstanceSchema } from './schema.ts';
import { OPERATION_LABEL, operationLabel } from './template.ts';

/** Makes one machine that belongs to no server group. */
export function createGoogleInstance(compute: Compute): AnyOperation {
  return defineOperation({
    schema: createInstanceSchema,
    examples: [
      {
        credentials: 'local-gce',
        application: 'hello',
        instanceName: 'hello-tool',
        zone: 'us-central1-b',
        image: 'hello-1-0-0',
        instanceType: 'e2-small',
      },
    ],
    problems: ({ zone, region }) => {
      const own = regionOfZone(zone);
      if (region && region !== own) return [`zone ${zone} is not in region ${region}`];
      return compute.account.regions.includes(own)
        ? []
        : [`zone ${zone} is in none of the account's regions, ${compute.account.regions.join(', ')}`];
    },
    cluster: () => null,
    preview: async (_context, d) => {
      const { plan, problems } = await planInstance(compute, d);
      if (!plan) return { changes: [], warnings: [], problems };
      const type = lastPart(d.instanceType) || DEFAULT_TYPE;
      return {
        changes: [`Makes instance ${d.instanceName} of ${type} from image ${plan.imageName} in ${d.zone}.`],
        warnings: ['It belongs to no server group: nothing makes it anew when it ends.'],
        problems: [],
      };
    },
    inverse: (_context, { credentials, zone, instanceName }) =>
      Promise.resolve({
        operations: [
          { terminateInstances: { credentials, region: regionOfZone(zone), zone, instanceIds: [instanceName] } },
        ],
      }),
    run: async (context, d) => {
      const plan = await context.step('find', async () => {
        const found = await planInstance(compute, d);
        if (!found.plan) throw new Error(`${found.problems.join('; ')}.`);
        return found.plan;
      });
      await context.progress('INSTANCE', `Making instance ${d.instanceName} from image ${plan.imageName} in ${d.zone}`);
      await context.step(
        'instance',
        () => insertInstance(compute, context, d, plan),
        () => removeOwn(compute, context, d),
      );
      return [
        {
          type: 'CreateInstanceResult',
          instanceIds: [d.instanceName],
          zone: d.zone,
          region: regionOfZone(d.zone),
          image: plan.imageName,
        },
      ];
    },
  });
}

interface InstancePlan {
  readonly image: string;
  readonly imageName: string;
  readonly imageSizeGb: number | null;
}

/** Looks up everything that is named; `plan` is null when something of it does not fit. */
async function planInstance(
  compute: Compute,
  d: CreateInstance,
): Promise<{ readonly plan: InstancePlan | null; readonly problems: readonly string[] }> {
  const [image, same, placed] = await Promise.all([
    findImage(compute, d.image).catch(problemOf),
    findInstance(compute, d),
    placementProblems(compute, {
      region: regionOfZone(d.zone),
      zones: [d.zone],
      instanceType: lastPart(d.instanceType) || DEFAULT_TYPE,
      preemptible: d.preemptible,
      network: d.network ?? 'default',
      subnet: d.subnet,
      more: 1,
    }),
  ]);
  const problems = [
    ...(typeof image === 'string' ? [image] : []),
    ...(same ? [`instanceName: an instance ${d.instanceName} exists in ${d.zone} already; take another name`] : []),
    ...placed,
  ];
  if (typeof image === 'string' || problems.length > 0) return { plan: null, problems };
  const imageSizeGb = Number(image.diskSizeGb ?? 0) || null;
  return { plan: { image: imageLink(compute, image), imageName: image.name, imageSizeGb }, problems };
}

const findInstance = (compute: Compute, { zone, instanceName }: CreateInstance) =>
  compute.find('Instances', 'get', { zone, instance: instanceName }, instanceSchema);

/** Whether the instance that is there was made by this operation. */
async function isOwn(compute: Compute, { operationId }: OperationContext, d: CreateInstance): Promise<boolean> {
  const found = await findInstance(compute, d);
  return found?.labels?.[OPERATION_LABEL] === operationLabel(operationId);
}

async function insertInstance(
  compute: Compute,
  context: OperationContext,
  d: CreateInstance,
  plan: InstancePlan,
): Promise<void> {
  const place = {
    project: compute.project,
    account: d.credentials,
    region: regionOfZone(d.zone),
    zone: d.zone,
    serverGroup: d.instanceName,
    template: d.instanceName,
  };
  const labels = { ...d.labels, [OPERATION_LABEL]: operationLabel(context.operationId) };
  const image = { name: plan.imageName, selfLink: plan.image, diskSizeGb: plan.imageSizeGb };
  const instanceResource = { name: d.instanceName, ...launchProperties(place, null, { ...d, labels }, image) };
  await insertOnce(
    () => compute.mutate('Instances', 'insert', { zone: d.zone, instanceResource }, changing(context, 'instance')),
    () => isOwn(compute, context, d),
  );
}

/** What is undone is what this operation made: never somebody else's instance of that name. */
async function removeOwn(compute: Compute, context: OperationContext, d: CreateInstance): Promise<void> {
  if (!(await isOwn(compute, context, d))) return;
  const request = { zone: d.zone, instance: d.instanceName };
  await ignoreAbsent(compute.mutate('Instances', 'delete', request, undoing(context, 'instance')));
}
