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
import { lastPart, metadataValue, type Template } from './resources.ts';
import {
  autoscalingPolicySchema,
  type CloneServerGroup,
  cloneServerGroupSchema,
  type CreateServerGroup,
  createServerGroupSchema,
  serverGroupOperationSchema,
} from './schema.ts';
import { templateOf } from './template-change.ts';
import { type WantedTraffic, wantedTargets, wantedTraffic } from './traffic/wanted.ts';

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
  const [autoscaler, traffic] = await Promise.all([
    findAutoscaler(compute, address, group),
    wantedTraffic(compute, context, source, group),
  ]);
  const parts = partsOf(d);
  const region = d.region ?? d.source.region;
  const elsewhere = region !== d.source.region;
  const size = group.targetSize ?? 0;
  const policy = autoscaler?.autoscalingPolicy;
  const healing = group.autoHealingPolicies?.[0];
  const zones = (group.distributionPolicy?.zones ?? []).map((entry) => lastPart(entry.zone));
  const inherited: Partial<CreateServerGroup> = {
    ...launchOf(template, elsewhere),
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
    ...(traffic.policy ? { loadBalancingPolicy: traffic.policy } : {}),
    capacity: { min: policy?.minNumReplicas ?? size, max: policy?.maxNumReplicas ?? size, desired: size },
    ...(policy ? { autoscalingPolicy: autoscalingPolicySchema.parse(withoutNulls(policy)) } : {}),
    ...(healing?.healthCheck
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
  const sized = d.capacity || d.targetSize != null;
  return createServerGroupSchema.parse({
    ...inherited,
    ...(sized ? { capacity: undefined } : {}),
    ...given,
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

function shapeOf(shape: string | null | undefined) {
  return shape === 'BALANCED' || shape === 'ANY' || shape === 'ANY_SINGLE_ZONE' ? shape : ('EVEN' as const);
}

/** Fields of a description that say what a template says. */
function launchOf({ properties }: Template, elsewhere: boolean): Partial<CreateServerGroup> {
  const [nic] = properties?.networkInterfaces ?? [];
  const [account] = properties?.serviceAccounts ?? [];
  const disks = properties?.disks ?? [];
  const boot = disks.find((disk) => disk.boot !== false);
  const shield = properties?.shieldedInstanceConfig;
  const metadata = (properties?.metadata?.items ?? []).flatMap(({ key, value }) =>
    key && !GENERATED.has(key) ? [[key, value ?? ''] as const] : [],
  );
  return withoutNulls({
    image: boot?.initializeParams?.sourceImage,
    instanceType: lastPart(properties?.machineType) || undefined,
    minCpuPlatform: properties?.minCpuPlatform || undefined,
    disks: disks.map((disk) => ({
      type: disk.type === 'SCRATCH' ? 'local-ssd' : lastPart(disk.initializeParams?.diskType) || 'pd-standard',
      ...(Number(disk.initializeParams?.diskSizeGb) > 0 ? { sizeGb: Number(disk.initializeParams?.diskSizeGb) } : {}),
      ...(disk !== boot && disk.initializeParams?.sourceImage
        ? { sourceImage: disk.initializeParams.sourceImage }
        : {}),
      autoDelete: disk.autoDelete ?? true,
    })),
    instanceMetadata: Object.fromEntries(metadata),
    labels: Object.fromEntries(Object.entries(properties?.labels ?? {}).filter(([key]) => !GENERATED_LABEL.test(key))),
    tags: properties?.tags?.items ?? [],
    network: nic?.network?.includes('/')
      ? nic.network.slice(Math.max(0, nic.network.indexOf('projects/')))
      : nic?.network,
    subnet: elsewhere ? undefined : nic?.subnetwork,
    associatePublicIpAddress: (nic?.accessConfigs ?? []).length > 0,
    canIpForward: properties?.canIpForward,
    serviceAccountEmail: account?.email,
    authScopes: account?.scopes,
    preemptible: properties?.scheduling?.preemptible,
    automaticRestart: properties?.scheduling?.automaticRestart,
    onHostMaintenance: properties?.scheduling?.onHostMaintenance === 'TERMINATE' ? ('TERMINATE' as const) : undefined,
    enableSecureBoot: shield?.enableSecureBoot,
    enableVtpm: shield?.enableVtpm,
    enableIntegrityMonitoring: shield?.enableIntegrityMonitoring,
    acceleratorConfigs: properties?.guestAccelerators?.length
      ? properties.guestAccelerators.flatMap((one) =>
          one.acceleratorType
            ? [{ acceleratorType: lastPart(one.acceleratorType), acceleratorCount: one.acceleratorCount ?? 1 }]
            : [],
        )
      : undefined,
    resourceManagerTags: properties?.resourceManagerTags,
  });
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
