import { clusterName, parseName } from '@gennaker/contracts/moniker';
import {
  type AnyOperation,
  type ClusterRef,
  defineOperation,
  type OperationContext,
} from '@gennaker/extension-sdk/cloud';
import { findAutoscaler } from './autoscalers.ts';
import type { Compute } from './compute.ts';
import { createProblems, makeServerGroup, previewOfCreate } from './create-server-group.ts';
import { USER_DATA_KEY } from './launch-properties.ts';
import { type Group, lastPart, metadataValue, type Template } from './resources.ts';
import {
  autoscalingPolicySchema,
  type CloneServerGroup,
  cloneServerGroupSchema,
  type CreateServerGroup,
  createServerGroupSchema,
  serverGroupOperationSchema,
} from './schema.ts';
import { templateOf } from './template-change.ts';
import { servingMode } from './traffic/scaling.ts';
import { type WantedTraffic, wantedTargets, wantedTraffic } from './traffic/wanted.ts';
import { inverseOfCreation } from './inverse/creation.ts';

/** Makes a server group like another one as it is now; what the description says itself is taken instead. */
export function cloneServerGroup(compute: Compute): AnyOperation {
  return defineOperation({
    schema: cloneServerGroupSchema,
    examples: [
      {
        credentials: 'local-gce',
        source: { region: 'us-central1', serverGroupName: 'hello-prod-v001' },
        image: 'hello-2-0-0',
      },
    ],
    problems: (d) =>
      partsOf(d) ? [] : [`source.serverGroupName ${d.source.serverGroupName} is no name of a server group`],
    cluster: clusterOf,
    preview: async (context, d) => {
      const description = await describe(compute, context, d);
      const problems = createProblems(description);
      if (problems.length > 0) return { changes: [], warnings: [], problems };
      return previewOfCreate(compute, description);
    },
    inverseOfResults: inverseOfCreation,
    run: async (context, d) => {
      const description = await context.step('source', async () => {
        const made = await describe(compute, context, d);
        const problems = createProblems(made);
        if (problems.length > 0) throw new Error(`${problems.join('; ')}.`);
        await context.progress(
          'CLONE',
          `Taking what was not said from ${d.source.serverGroupName} in ${d.source.region}`,
        );
        return made;
      });
      return makeServerGroup(compute, context, createServerGroupSchema.parse(description));
    },
  });
}

interface Parts {
  readonly application: string;
  readonly stack: string | undefined;
  readonly detail: string | undefined;
}

/** Name parts of the new server group: those that are said, or else the source's. */
function partsOf(d: CloneServerGroup): Parts | null {
  const source = parseName(d.source.serverGroupName);
  if (!source) return null;
  // Another application, stack or detail moves it to another cluster.
  return {
    application: d.application ?? source.app,
    stack: d.stack ?? source.stack,
    detail: d.freeFormDetails ?? source.detail,
  };
}

function clusterOf(d: CloneServerGroup): ClusterRef | null {
  const parts = partsOf(d);
  if (!parts) return null;
  return {
    region: d.region ?? d.source.region,
    cluster: clusterName(parts.application, parts.stack || undefined, parts.detail || undefined),
  };
}

/** Metadata that a creation writes by itself. */
const GENERATED = new Set([
  'load-balancer-names',
  'global-load-balancer-names',
  'backend-service-names',
  'region-backend-service-names',
  'load-balancing-policy',
  'autoscaling-policy',
  'select-zones',
  'created-by',
  'instance-template',
]);
const GENERATED_LABEL = /^(spinnaker-|gennaker-)/;

/** The full description of the new server group. */
async function describe(
  compute: Compute,
  context: Pick<OperationContext, 'getTraffic'>,
  d: CloneServerGroup,
): Promise<CreateServerGroup> {
  const source = serverGroupOperationSchema.parse({
    credentials: d.credentials,
    region: d.source.region,
    serverGroupName: d.source.serverGroupName,
  });
  const { group, address, template } = await templateOf(compute, source);
  const [autoscaler, traffic, record] = await Promise.all([
    findAutoscaler(compute, address, group),
    wantedTraffic(compute, context, source, group),
    context.getTraffic(source.region, source.serverGroupName),
  ]);
  const parts = partsOf(d);
  const region = d.region ?? d.source.region;
  const elsewhere = region !== d.source.region;
  const size = group.targetSize ?? 0;
  const policy = autoscaler?.autoscalingPolicy;
  const min = policy?.minNumReplicas ?? size;
  const max = policy?.maxNumReplicas ?? Math.max(size, min);
  const healing = group.autoHealingPolicies?.[0];
  // Another port is asked for: the source's ports are not its.
  const namedPorts = d.port ? [] : namedPortsOf(group);
  const loadBalancing = { ...(namedPorts.length > 0 ? { namedPorts } : {}), ...traffic.policy };
  const zones = (group.distributionPolicy?.zones ?? []).map((entry) => lastPart(entry.zone));
  const launch = launchFieldsOf(template, elsewhere);
  const { port: _port, ...metadataWithoutPort } = launch.instanceMetadata ?? {};
  const inherited: Partial<CreateServerGroup> = {
    ...launch,
    ...(d.port ? { instanceMetadata: metadataWithoutPort } : {}),
    ...(d.preemptible === false ? { provisioningModel: null } : {}),
    // Zones, and load balancers of a region, are the source's region's only.
    ...(elsewhere
      ? {}
      : {
          ...('zone' in address.scope ? { zone: address.scope.zone, regional: false } : {}),
          ...(zones.length > 0 && metadataValue(template.properties?.metadata, 'select-zones') === 'true'
            ? {
                selectZones: true,
                distributionPolicy: { zones, targetShape: shapeOf(group.distributionPolicy?.targetShape) },
              }
            : group.distributionPolicy?.targetShape
              ? { distributionPolicy: { targetShape: shapeOf(group.distributionPolicy.targetShape) } }
              : {}),
          loadBalancers: [...traffic.loadBalancers],
          ...(await chosenBackends(compute, region, traffic)),
        }),
    ...(Object.keys(loadBalancing).length > 0 ? { loadBalancingPolicy: loadBalancing } : {}),
    // A source may have been made smaller than its autoscaler would keep it.
    capacity: { min, max, desired: Math.min(Math.max(size, min), max) },
    ...(policy
      ? {
          autoscalingPolicy: autoscalingPolicySchema.parse({
            ...withoutNulls(policy),
            mode: servingMode(autoscaler, record, template),
          }),
        }
      : {}),
    ...(healing?.healthCheck && d.overwriteAncestorAutoHealingPolicy !== true
      ? {
          autoHealingPolicy: {
            healthCheck: healing.healthCheck,
            healthCheckKind: 'healthCheck' as const,
            initialDelaySec: healing.initialDelaySec ?? 300,
          },
        }
      : {}),
  };
  const given = withoutNulls(d);
  const sized = d.capacity || typeof d.targetSize === 'number';
  return createServerGroupSchema.parse({
    ...inherited,
    ...(sized ? { capacity: undefined } : {}),
    ...given,
    ...(d.loadBalancingPolicy
      ? { loadBalancingPolicy: { ...(namedPorts.length > 0 ? { namedPorts } : {}), ...d.loadBalancingPolicy } }
      : {}),
    ...(d.source.useSourceCapacity === true ? { capacity: inherited.capacity, targetSize: undefined } : {}),
    ...(d.userData
      ? { instanceMetadata: { ...withoutUserData(inherited.instanceMetadata), ...d.instanceMetadata } }
      : {}),
    credentials: d.credentials,
    application: parts?.application,
    stack: parts?.stack,
    freeFormDetails: parts?.detail,
    region,
    source: undefined,
  });
}

function namedPortsOf(group: Group): { readonly name: string; readonly port: number }[] {
  return (group.namedPorts ?? []).flatMap(({ name, port }) => (name && port ? [{ name, port }] : []));
}

function shapeOf(shape: string | null | undefined) {
  return shape === 'BALANCED' || shape === 'ANY' || shape === 'ANY_SINGLE_ZONE' ? shape : ('EVEN' as const);
}

/** Fields of a description that say what a template says. */
export function launchFieldsOf({ properties }: Template, elsewhere = false): Partial<CreateServerGroup> {
  const [account] = properties?.serviceAccounts ?? [];
  const boot = properties?.disks?.find((disk) => disk.boot !== false);
  const metadata = (properties?.metadata?.items ?? []).flatMap(({ key, value }) =>
    key && !GENERATED.has(key) ? [[key, value ?? ''] as const] : [],
  );
  const labels = Object.entries(properties?.labels ?? {}).filter(([key]) => !GENERATED_LABEL.test(key));
  return withoutNulls({
    ...machineOf(properties),
    ...networkOf(properties, elsewhere),
    image: boot?.initializeParams?.sourceImage,
    disks: disksOf(properties),
    instanceMetadata: Object.fromEntries(metadata),
    labels: Object.fromEntries(labels),
    tags: properties?.tags?.items ?? [],
    serviceAccountEmail: account?.email,
    authScopes: account?.scopes,
    resourceManagerTags: properties?.resourceManagerTags,
  });
}

type Properties = Template['properties'];

function disksOf(properties: Properties): CreateServerGroup['disks'] {
  const disks = properties?.disks ?? [];
  const boot = disks.find((disk) => disk.boot !== false);
  return disks.map((disk) => {
    const made = disk.initializeParams;
    const sizeGb = Number(made?.diskSizeGb ?? 0);
    return {
      type: disk.type === 'SCRATCH' ? 'local-ssd' : lastPart(made?.diskType) || 'pd-standard',
      ...(sizeGb > 0 ? { sizeGb } : {}),
      ...(disk !== boot && made?.sourceImage ? { sourceImage: made.sourceImage } : {}),
      autoDelete: disk.autoDelete ?? true,
      ...(Object.keys(made?.labels ?? {}).length > 0 ? { labels: made?.labels } : {}),
    };
  });
}

function networkOf(properties: Properties, elsewhere: boolean): Partial<CreateServerGroup> {
  const [nic] = properties?.networkInterfaces ?? [];
  const network = nic?.network ?? null;
  return {
    // Without the host: links of the cloud and those of requests differ in it.
    network: network?.includes('/') ? network.slice(Math.max(0, network.indexOf('projects/'))) : network,
    // A subnet is the source's region's only.
    subnet: elsewhere ? null : nic?.subnetwork,
    associatePublicIpAddress: (nic?.accessConfigs ?? []).length > 0,
    canIpForward: properties?.canIpForward,
  };
}

function machineOf(properties: Properties): Partial<CreateServerGroup> {
  const { scheduling, shieldedInstanceConfig: shield, guestAccelerators: accelerators } = properties ?? {};
  return {
    instanceType: lastPart(properties?.machineType) || null,
    minCpuPlatform: properties?.minCpuPlatform || null,
    preemptible: scheduling?.preemptible,
    provisioningModel: scheduling?.provisioningModel === 'SPOT' ? 'SPOT' : null,
    automaticRestart: scheduling?.automaticRestart,
    onHostMaintenance: scheduling?.onHostMaintenance === 'TERMINATE' ? 'TERMINATE' : null,
    enableSecureBoot: shield?.enableSecureBoot,
    enableVtpm: shield?.enableVtpm,
    enableIntegrityMonitoring: shield?.enableIntegrityMonitoring,
    acceleratorConfigs: accelerators?.length
      ? accelerators.flatMap(({ acceleratorType, acceleratorCount }) =>
          acceleratorType
            ? [{ acceleratorType: lastPart(acceleratorType), acceleratorCount: acceleratorCount ?? 1 }]
            : [],
        )
      : null,
  };
}

/** New user data takes the place of the old: keys that only the old one set go. */
function withoutUserData(metadata: Readonly<Record<string, string>> | null | undefined): Record<string, string> {
  const old = metadata?.[USER_DATA_KEY] ?? '';
  const keys = new Set(old.split(/\r?\n/).map((line) => line.split('=')[0]?.trim()));
  return Object.fromEntries(Object.entries(metadata ?? {}).filter(([key]) => key !== USER_DATA_KEY && !keys.has(key)));
}

function withoutNulls<T extends object>(values: T): T {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null && value !== undefined)) as T;
}

/** Backend services of the source's load balancers, as a creation names them; older records name them without those. */
async function chosenBackends(
  compute: Compute,
  region: string,
  traffic: WantedTraffic,
): Promise<Partial<CreateServerGroup>> {
  if (Object.keys(traffic.backends).length > 0)
    return {
      backendServices: Object.fromEntries(Object.entries(traffic.backends).map(([name, all]) => [name, [...all]])),
    };
  if (traffic.names.length === 0) return {};
  const chosen: Record<string, string[]> = {};
  for (const { loadBalancer, kind, name } of await wantedTargets(compute, region, traffic))
    if (kind === 'backendService') (chosen[loadBalancer] ??= []).push(name);
  return { backendServices: chosen };
}
