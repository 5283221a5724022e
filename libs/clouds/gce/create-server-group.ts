import { clusterName, nameProblems, parseName } from '@gennaker/contracts/moniker';
import { nextServerGroupName, type TakenName } from '@gennaker/extension-sdk/server-group-name';
import {
  type AnyOperation,
  defineOperation,
  type OperationContext,
  type OperationPreview,
} from '@gennaker/extension-sdk/cloud';
import type { JsonObject } from '@gennaker/extension-sdk/stage';
import { mergedPolicy, policyProblems, policyText, putAutoscaler, removeAutoscaler } from './autoscalers.ts';
import type { Compute } from './compute.ts';
import { problemOf } from './errors.ts';
import {
  addressOf,
  findGroup,
  type GroupAddress,
  listGroups,
  plannedGroupPath,
  regionOf,
  regionOfAddress,
} from './groups.ts';
import { healingWarnings, healthCheckProblem } from './health-check-lookup.ts';
import { findImage, imageLink } from './images.ts';
import { DEFAULT_TYPE } from './launch-properties.ts';
import { placementProblems } from './placement.ts';
import { lastPart, templateSchema } from './resources.ts';
import { changing, ignoreAbsent, insertOnce, undoing } from './safe-repeat.ts';
import { type CreateServerGroup, createServerGroupSchema } from './schema.ts';
import {
  type CreateNames,
  type CreatePlan,
  groupResource,
  OPERATION_LABEL,
  operationLabel,
  templateResource,
} from './template.ts';
import { attachAll, touchTargets, undoAttach } from './traffic/steps.ts';
import { findTargets, policyProblemsOf, servingPort, type TrafficTarget } from './traffic/targets.ts';
import { trafficRecord } from './traffic/wanted.ts';
import { inverseOfCreation } from './inverse/creation.ts';

/** Makes a server group: a template, a managed instance group, its autoscaler, and its place behind the load balancers. */
export function createServerGroup(compute: Compute): AnyOperation {
  return defineOperation({
    schema: createServerGroupSchema,
    examples: [
      {
        application: 'hello',
        stack: 'prod',
        credentials: 'local-gce',
        region: 'us-central1',
        image: 'hello-1-0-0',
        capacity: { min: 2, max: 2, desired: 2 },
        loadBalancers: ['hello-lb'],
      },
    ],
    problems: createProblems,
    cluster: (d) => ({ region: d.region, cluster: clusterOf(d) }),
    preview: (_context, d) => previewOfCreate(compute, d),
    inverseOfResults: inverseOfCreation,
    run: (context, d) => makeServerGroup(compute, context, d),
  });
}

const clusterOf = (d: CreateServerGroup): string =>
  clusterName(d.application, d.stack ?? undefined, d.freeFormDetails ?? undefined);

/** What is wrong with a description by itself. */
export function createProblems(d: CreateServerGroup): string[] {
  const { capacity, zone, region } = d;
  const zones = [...(zone ? [zone] : []), ...(d.distributionPolicy?.zones ?? [])];
  const strange = zones.filter((one) => !one.startsWith(`${region}-`));
  return [
    ...nameProblems(d.application, d.stack ?? undefined, d.freeFormDetails ?? undefined, true),
    ...(capacity && !(capacity.min <= capacity.desired && capacity.desired <= capacity.max)
      ? [`capacity must satisfy min <= desired <= max, and is ${JSON.stringify(capacity)}`]
      : []),
    ...(imageOf(d) ? [] : ['image must name an image, or imageArtifact.reference must']),
    ...(strange.length > 0 ? [`zone ${strange.join(', ')} is not in region ${region}`] : []),
    ...(d.autoscalingPolicy ? policyProblems(autoscalingOf(d)) : []),
  ];
}

const imageOf = (d: CreateServerGroup): string | undefined =>
  (d.imageSource === 'ARTIFACT' ? undefined : d.image) ??
  d.imageArtifact?.reference ??
  d.imageArtifact?.name ??
  d.image ??
  undefined;

/** The autoscaling of a description, bounded by its capacity. */
function autoscalingOf(d: CreateServerGroup) {
  const policy = mergedPolicy(null, d.autoscalingPolicy ?? {});
  return d.capacity ? { ...policy, minNumReplicas: d.capacity.min, maxNumReplicas: d.capacity.max } : policy;
}

const addressFor = (d: CreateServerGroup): GroupAddress =>
  d.zone && d.regional !== true
    ? { service: 'InstanceGroupManagers', scope: { zone: d.zone } }
    : { service: 'RegionInstanceGroupManagers', scope: { region: d.region } };

/** Runs a creation, or resumes it. */
export async function makeServerGroup(
  compute: Compute,
  context: OperationContext,
  d: CreateServerGroup,
): Promise<readonly JsonObject[]> {
  const plan = await context.step('resolve', async () => {
    const { plan: made, problems } = await planCreate(compute, d);
    if (!made) throw new Error(`${problems.join('; ')}.`);
    const balancers = made.loadBalancers.join(', ') || 'none';
    await context.progress('RESOLVE', `Image ${made.imageName}, load balancers ${balancers}`);
    return made;
  });
  const names = await context.step('name', () => takeNames(compute, context, d));
  context.touch({ kind: 'serverGroup', region: d.region, name: names.serverGroup });
  touchTargets(context, plan.targets);
  const address = addressFor(d);

  await context.progress('TEMPLATE', `Making instance template ${names.template} from image ${plan.imageName}`);
  await context.step(
    'template',
    () => insertTemplate(compute, context, d, plan, names),
    () => removeTemplate(compute, context, names.template),
  );

  await context.progress(
    'GROUP',
    `Making server group ${names.serverGroup} with ${plan.size} instances in ${d.region}`,
  );
  await context.step(
    'group',
    () => insertGroup(compute, context, d, plan, names, address),
    () => removeGroup(compute, context, address, names.serverGroup),
  );

  if (plan.autoscaling) {
    const { autoscaling } = plan;
    await context.progress('AUTOSCALING', `Keeping ${names.serverGroup} ${policyText(autoscaling)}`);
    const target = plannedGroupPath(compute.project, address, names.serverGroup).replace(
      '/instanceGroups/',
      '/instanceGroupManagers/',
    );
    await context.step(
      'autoscaler',
      () =>
        putAutoscaler(
          compute,
          { address, group: names.serverGroup, target },
          null,
          autoscaling,
          changing(context, 'autoscaler'),
        ),
      () => removeAutoscaler(compute, address, names.serverGroup, undoing(context, 'autoscaler')),
    );
  }

  const enabled = d.disableTraffic !== true;
  await context.step(
    'desired-traffic',
    () =>
      context.setTraffic(
        d.region,
        names.serverGroup,
        trafficRecord(
          {
            loadBalancers: plan.loadBalancers,
            policy: d.loadBalancingPolicy ?? null,
            backends: d.backendServices ?? {},
          },
          { enabled },
        ),
      ),
    () => context.setTraffic(d.region, names.serverGroup, null),
  );
  if (enabled) {
    const group = {
      name: names.serverGroup,
      link: plannedGroupPath(compute.project, address, names.serverGroup),
      address,
    };
    const share = { policy: d.loadBalancingPolicy ?? null, percentage: 100 };
    await attachAll(compute, context, plan.targets, group, share, undoAttach(compute, context, group));
  } else await context.progress('TRAFFIC', `${names.serverGroup} gets no traffic, as asked`);

  return [
    {
      type: 'DeploymentResult',
      serverGroupNames: [`${d.region}:${names.serverGroup}`],
      serverGroupNameByRegion: { [d.region]: names.serverGroup },
      deployedNamesByLocation: { [d.region]: [names.serverGroup] },
      account: d.credentials,
      image: plan.imageName,
      ...(names.ancestor ? { ancestorServerGroupNameByRegion: { [d.region]: names.ancestor } } : {}),
    },
  ];
}

/** Looks up everything that a creation names; `plan` is null when something of it does not fit. */
async function planCreate(
  compute: Compute,
  d: CreateServerGroup,
): Promise<{ readonly plan: CreatePlan | null; readonly problems: readonly string[] }> {
  const address = addressFor(d);
  const size = await sizeOf(compute, d);
  const [image, targets, placed, healing] = await Promise.all([
    findImage(compute, imageOf(d) ?? '').catch(problemOf),
    targetsFor(compute, d).catch(problemOf),
    placementProblems(compute, {
      region: regionOfAddress(address),
      zones: 'zone' in address.scope ? [address.scope.zone] : (d.distributionPolicy?.zones ?? []),
      instanceType: lastPart(d.instanceType) || DEFAULT_TYPE,
      preemptible: d.preemptible,
      network: d.network ?? 'default',
      subnet: d.subnet,
      more: size,
    }),
    d.autoHealingPolicy ? healthCheckProblem(compute, d.autoHealingPolicy) : null,
  ]);
  const problems = [
    ...[image, targets].filter((found) => typeof found === 'string'),
    ...(typeof targets === 'string' ? [] : policyProblemsOf(targets, d.loadBalancingPolicy)),
    ...placed,
    ...(healing ? [healing] : []),
  ];
  if (typeof image === 'string' || typeof targets === 'string' || problems.length > 0) return { plan: null, problems };
  const port = d.port ?? d.loadBalancingPolicy?.namedPorts?.[0]?.port ?? (await servingPort(compute, targets));
  const plan: CreatePlan = {
    image: imageLink(compute, image),
    imageName: image.name,
    imageSizeGb: Number(image.diskSizeGb ?? 0) || null,
    size,
    autoscaling: d.autoscalingPolicy ? autoscalingOf(d) : null,
    port,
    loadBalancers: [...new Set(d.loadBalancers ?? [])],
    targets,
  };
  return { plan, problems };
}

/** How many instances a new group begins with. */
async function sizeOf(compute: Compute, d: CreateServerGroup): Promise<number> {
  const asked = d.capacity?.desired ?? d.targetSize ?? 1;
  const { source } = d;
  const group =
    source?.useSourceCapacity && source.serverGroupName
      ? await findGroup(compute, source.region ?? d.region, source.serverGroupName)
      : null;
  const wanted = group?.targetSize ?? asked;
  if (!d.autoscalingPolicy) return wanted;
  const { minNumReplicas, maxNumReplicas } = autoscalingOf(d);
  return Math.min(Math.max(wanted, minNumReplicas), maxNumReplicas);
}

/** Where the group is to be put. Older clients say its backend services by metadata. */
function targetsFor(compute: Compute, d: CreateServerGroup): Promise<TrafficTarget[]> {
  const named = ['backend-service-names', 'region-backend-service-names'].flatMap((key) =>
    (d.instanceMetadata?.[key] ?? '').split(',').map((name) => name.trim()),
  );
  return findTargets(compute, d.region, d.loadBalancers ?? [], d.backendServices ?? {}, named.filter(Boolean));
}

/** Live server groups of the description's cluster. */
async function takenNames(compute: Compute, d: CreateServerGroup): Promise<TakenName[]> {
  const cluster = clusterOf(d);
  return (await listGroups(compute, { needed: [d.region] }))
    .filter((group) => regionOf(group) === d.region && parseName(group.name)?.cluster === cluster)
    .map((group) => ({ name: group.name, createdTime: Date.parse(group.creationTimestamp ?? '') || 0 }));
}

async function takeNames(compute: Compute, context: OperationContext, d: CreateServerGroup): Promise<CreateNames> {
  const taken = await takenNames(compute, d);
  const serverGroup = await context.reserveName({ region: d.region, cluster: clusterOf(d) }, taken);
  const newest = taken.toSorted((a, b) => b.createdTime - a.createdTime)[0];
  return {
    serverGroup,
    template: `${serverGroup}-${String(context.acceptedAt).slice(-8)}`,
    ancestor: newest?.name ?? null,
  };
}

/** What a creation would do. */
export async function previewOfCreate(compute: Compute, d: CreateServerGroup): Promise<OperationPreview> {
  const { plan, problems } = await planCreate(compute, d);
  if (!plan) return { changes: [], warnings: [], problems };
  const taken = await takenNames(compute, d);
  const name = nextServerGroupName(clusterOf(d), taken);
  const newest = taken.toSorted((a, b) => b.createdTime - a.createdTime)[0];
  const where = d.zone && d.regional !== true ? `zone ${d.zone}` : d.region;
  const balancers = plan.loadBalancers;
  return {
    changes: [
      `Makes an instance template of ${lastPart(d.instanceType) || DEFAULT_TYPE} from image ${plan.imageName}.`,
      `Makes server group ${name} with ${plan.size} instance${plan.size === 1 ? '' : 's'} in ${where}.`,
      ...(plan.autoscaling ? [`Gives it an autoscaler: ${policyText(plan.autoscaling)}.`] : []),
      ...(d.autoHealingPolicy
        ? [`Makes instances anew when health check ${lastPart(d.autoHealingPolicy.healthCheck)} fails.`]
        : []),
      ...(balancers.length === 0 || d.disableTraffic === true
        ? ['Gives it no traffic.']
        : [`Puts it behind load balancer ${balancers.join(', ')}.`]),
    ],
    warnings: [
      ...(newest && !d.disableTraffic && balancers.length > 0
        ? [`${newest.name} goes on serving beside it until it is disabled.`]
        : []),
      ...healingWarnings(d.autoHealingPolicy),
    ],
    problems: [],
  };
}

async function insertTemplate(
  compute: Compute,
  context: OperationContext,
  d: CreateServerGroup,
  plan: CreatePlan,
  names: CreateNames,
): Promise<void> {
  await insertOnce(
    () =>
      compute.mutate(
        'InstanceTemplates',
        'insert',
        { instanceTemplateResource: templateResource(compute, context, d, plan, names) },
        { requestId: context.requestId('template'), signal: context.signal },
      ),
    async () => {
      const found = await compute.find(
        'InstanceTemplates',
        'get',
        { instanceTemplate: names.template },
        templateSchema,
      );
      return found?.properties?.labels?.[OPERATION_LABEL] === operationLabel(context.operationId);
    },
  );
}

async function insertGroup(
  compute: Compute,
  context: OperationContext,
  d: CreateServerGroup,
  plan: CreatePlan,
  names: CreateNames,
  address: GroupAddress,
): Promise<void> {
  await insertOnce(
    () =>
      compute.mutate(
        address.service,
        'insert',
        { ...address.scope, instanceGroupManagerResource: groupResource(compute.project, d, plan, names, address) },
        { requestId: context.requestId('group'), signal: context.signal },
      ),
    async () => {
      const found = await findGroup(compute, d.region, names.serverGroup);
      return lastPart(found?.instanceTemplate) === names.template;
    },
  );
}

async function removeTemplate(compute: Compute, context: OperationContext, name: string): Promise<void> {
  await ignoreAbsent(
    compute.mutate(
      'InstanceTemplates',
      'delete',
      { instanceTemplate: name },
      { requestId: context.requestId(`remove template ${name}`) },
    ),
  );
}

async function removeGroup(
  compute: Compute,
  context: OperationContext,
  planned: GroupAddress,
  name: string,
): Promise<void> {
  const group = await findGroup(compute, regionOfAddress(planned), name);
  const address = group ? addressOf(group) : planned;
  await ignoreAbsent(
    compute.mutate(
      address.service,
      'delete',
      { ...address.scope, instanceGroupManager: name },
      { requestId: context.requestId(`remove group ${name}`) },
    ),
  );
}
