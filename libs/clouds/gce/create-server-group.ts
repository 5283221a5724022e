import { clusterName, nameProblems, parseName } from '@gennaker/contracts/moniker';
import { type AnyOperation, defineOperation, type OperationContext } from '@gennaker/extension-sdk/cloud';
import { attachBackend, detachBackend } from './backends.ts';
import type { Compute } from './compute.ts';
import {
  addressOf,
  findGroup,
  type GroupAddress,
  instanceGroupLink,
  listGroups,
  plannedGroupPath,
  regionOf,
} from './groups.ts';
import { findLoadBalancer, rulePort } from './load-balancers.ts';
import { type Image, imageSchema, lastPart, templateSchema } from './resources.ts';
import { ignoreAbsent, insertOnce } from './safe-repeat.ts';
import { type CreateServerGroup, createServerGroupSchema } from './schema.ts';
import {
  type CreateNames,
  type CreatePlan,
  groupResource,
  OPERATION_LABEL,
  operationLabel,
  templateResource,
} from './template.ts';

/** Makes a server group: a template, a managed instance group, and its place behind the load balancers. */
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
    problems: (d) => [
      ...nameProblems(d.application, d.stack ?? undefined, d.freeFormDetails ?? undefined, true),
      ...(d.capacity && !(d.capacity.min <= d.capacity.desired && d.capacity.desired <= d.capacity.max)
        ? [`capacity must satisfy min <= desired <= max, and is ${JSON.stringify(d.capacity)}`]
        : []),
    ],
    cluster: (d) => ({ region: d.region, cluster: clusterOf(d) }),
    run: (context, d) => run(compute, context, d),
  });
}

const clusterOf = (d: CreateServerGroup): string =>
  clusterName(d.application, d.stack ?? undefined, d.freeFormDetails ?? undefined);

async function run(compute: Compute, context: OperationContext, d: CreateServerGroup) {
  const plan = await context.step('resolve', () => resolve(compute, context, d));
  const names = await context.step('name', () => takeNames(compute, context, d));
  context.touch({ kind: 'serverGroup', region: d.region, name: names.serverGroup });
  for (const binding of plan.bindings)
    context.touch({ kind: 'loadBalancer', region: d.region, name: binding.loadBalancer });
  const address: GroupAddress =
    d.zone && d.regional !== true
      ? { service: 'InstanceGroupManagers', scope: { zone: d.zone } }
      : { service: 'RegionInstanceGroupManagers', scope: { region: d.region } };

  await context.progress('TEMPLATE', `Making instance template ${names.template} from image ${plan.imageName}`);
  await context.step(
    'template',
    () => insertTemplate(compute, context, d, plan, names),
    () => removeTemplate(compute, context, names.template),
  );

  const size = d.capacity?.desired ?? d.targetSize ?? 1;
  await context.progress('GROUP', `Making server group ${names.serverGroup} with ${size} instances in ${d.region}`);
  await context.step(
    'group',
    () => insertGroup(compute, context, d, plan, names, address),
    () => removeGroup(compute, context, address, names.serverGroup),
  );

  const enabled = d.disableTraffic !== true;
  await context.step(
    'desired-traffic',
    () =>
      context.setTraffic(d.region, names.serverGroup, {
        loadBalancers: plan.bindings.map((binding) => binding.loadBalancer),
        enabled,
        ...(d.loadBalancingPolicy ? { policy: d.loadBalancingPolicy } : {}),
      }),
    () => context.setTraffic(d.region, names.serverGroup, null),
  );
  if (enabled) await attachAll(compute, context, d, plan, names, address);
  else await context.progress('TRAFFIC', `${names.serverGroup} gets no traffic, as asked`);

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

async function resolve(compute: Compute, context: OperationContext, d: CreateServerGroup): Promise<CreatePlan> {
  const image = await findImage(compute, d.image);
  const balancers = await Promise.all(
    d.loadBalancers.map(async (name) => {
      const found = await findLoadBalancer(compute, d.region, name);
      if (!found)
        throw new Error(
          `Load balancer ${name} does not exist in ${d.region} of account ${d.credentials}, or has no backend service; make it first or correct the name.`,
        );
      return found;
    }),
  );
  const port = d.port ?? d.loadBalancingPolicy?.namedPorts?.[0]?.port ?? (balancers[0] && rulePort(balancers[0].rule));
  await context.progress('RESOLVE', `Image ${image.name}, load balancers ${d.loadBalancers.join(', ') || 'none'}`);
  return {
    image: image.selfLink ?? `projects/${compute.project}/global/images/${image.name}`,
    imageName: image.name,
    port: port ?? null,
    bindings: balancers.map(({ rule, service }) => ({ loadBalancer: rule.name, backendService: service.name })),
  };
}

/** The image of a name, or of a link, in the account's project or one of its `imageProjects`. */
async function findImage(compute: Compute, wanted: string): Promise<Image> {
  const named = /projects\/([^/]+)\/global\/images\/(.+)$/.exec(wanted);
  const extra = compute.account['imageProjects'];
  const projects = named?.[1]
    ? [named[1]]
    : [compute.project, ...(Array.isArray(extra) ? extra.filter((p): p is string => typeof p === 'string') : [])];
  const name = named?.[2] ?? wanted;
  for (const project of projects) {
    const image = await compute.find('Images', 'get', { project, image: name }, imageSchema);
    if (!image) continue;
    if (image.status && image.status !== 'READY')
      throw new Error(`Image ${name} is ${image.status}, not READY; wait until it is made, or take another one.`);
    return image;
  }
  throw new Error(
    `Image ${name} does not exist in ${projects.map((p) => `project ${p}`).join(' or ')}; bake it or correct the name.`,
  );
}

async function takeNames(compute: Compute, context: OperationContext, d: CreateServerGroup): Promise<CreateNames> {
  const cluster = clusterOf(d);
  const taken = (await listGroups(compute))
    .filter((group) => regionOf(group) === d.region && parseName(group.name)?.cluster === cluster)
    .map((group) => ({ name: group.name, createdTime: Date.parse(group.creationTimestamp ?? '') || 0 }));
  const serverGroup = await context.reserveName({ region: d.region, cluster }, taken);
  const newest = taken.toSorted((a, b) => b.createdTime - a.createdTime)[0];
  return {
    serverGroup,
    template: `${serverGroup}-${String(context.acceptedAt).slice(-8)}`,
    ancestor: newest?.name ?? null,
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
        { instanceTemplateResource: templateResource(compute.project, context, d, plan, names) },
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
        { ...address.scope, instanceGroupManagerResource: groupResource(compute.project, d, plan, names) },
        { requestId: context.requestId('group'), signal: context.signal },
      ),
    async () => {
      const found = await findGroup(compute, d.region, names.serverGroup);
      return lastPart(found?.instanceTemplate) === names.template;
    },
  );
}

async function attachAll(
  compute: Compute,
  context: OperationContext,
  d: CreateServerGroup,
  plan: CreatePlan,
  names: CreateNames,
  address: GroupAddress,
): Promise<void> {
  for (const binding of plan.bindings) {
    const at = { region: d.region, backendService: binding.backendService };
    await context.progress('TRAFFIC', `Putting ${names.serverGroup} behind load balancer ${binding.loadBalancer}`);
    await context.step(
      `attach ${binding.backendService}`,
      async () => {
        const group = await findGroup(compute, d.region, names.serverGroup, context.signal);
        if (!group) throw new Error(`Server group ${names.serverGroup} vanished from ${d.region} while it was made.`);
        await attachBackend(compute, context, at, instanceGroupLink(group), d.loadBalancingPolicy);
      },
      async () => {
        const group = plannedGroupPath(compute.project, address, names.serverGroup);
        await detachBackend(compute, context, at, group);
      },
    );
  }
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
  const region = 'region' in planned.scope ? planned.scope.region : planned.scope.zone.replace(/-[a-z]$/, '');
  const group = await findGroup(compute, region, name);
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
