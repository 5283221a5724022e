import { clusterName, parseName } from '@gennaker/contracts/moniker';
import type { OperationContext } from '@gennaker/extension-sdk/cloud';
import type { CreateServerGroup } from './schema.ts';

/** What was looked up before anything is made; kept in the journal. */
export interface CreatePlan {
  readonly image: string;
  readonly imageName: string;
  readonly port: number | null;
  readonly bindings: readonly { readonly loadBalancer: string; readonly backendService: string }[];
}

/** The names that the operation takes; kept in the journal before the first use. */
export interface CreateNames {
  readonly serverGroup: string;
  readonly template: string;
  readonly ancestor: string | null;
}

/** Label of a template that names the operation which made it: how a resumed operation knows its own work. */
export const OPERATION_LABEL = 'gennaker-operation';

/** An operation's id as a label may hold it. */
export const operationLabel = (id: string): string =>
  id
    .toLowerCase()
    .replace(/[^a-z0-9_-]/g, '-')
    .slice(0, 63);

const lower = (value: string): string => value.toLowerCase();

/** Labels that carry the moniker, as Spinnaker's `gceAnnotations` naming writes them. */
export function monikerLabels(serverGroup: string, region: string): Record<string, string> {
  const moniker = parseName(serverGroup);
  if (!moniker) return {};
  return {
    'spinnaker-moniker-application': lower(moniker.app),
    'spinnaker-moniker-cluster': lower(moniker.cluster),
    ...(moniker.stack ? { 'spinnaker-moniker-stack': lower(moniker.stack) } : {}),
    ...(moniker.detail ? { 'spinnaker-moniker-detail': lower(moniker.detail) } : {}),
    ...(moniker.sequence === undefined ? {} : { 'spinnaker-moniker-sequence': String(moniker.sequence) }),
    'spinnaker-region': region,
    'spinnaker-server-group': serverGroup,
  };
}

/** The instance template of a new server group. */
export function templateResource(
  project: string,
  context: OperationContext,
  d: CreateServerGroup,
  plan: CreatePlan,
  names: CreateNames,
): object {
  const metadata: Record<string, string> = {
    ...d.instanceMetadata,
    ...(plan.port === null || d.instanceMetadata?.['port'] ? {} : { port: String(plan.port) }),
    ...(plan.bindings.length === 0
      ? {}
      : {
          'load-balancer-names': plan.bindings.map((binding) => binding.loadBalancer).join(','),
          'region-backend-service-names': plan.bindings.map((binding) => binding.backendService).join(','),
        }),
    ...(d.loadBalancingPolicy ? { 'load-balancing-policy': JSON.stringify(d.loadBalancingPolicy) } : {}),
    ...(d.selectZones ? { 'select-zones': 'true' } : {}),
  };
  const network = d.network ?? 'default';
  return {
    name: names.template,
    description: `Server group ${names.serverGroup} of ${clusterName(d.application, d.stack ?? undefined, d.freeFormDetails ?? undefined)}`,
    properties: {
      machineType: d.instanceType,
      disks: [
        {
          boot: true,
          autoDelete: true,
          type: 'PERSISTENT',
          initializeParams: {
            sourceImage: plan.image,
            ...(d.diskSizeGb ? { diskSizeGb: String(d.diskSizeGb) } : {}),
          },
        },
      ],
      networkInterfaces: [
        {
          network: network.includes('/') ? network : `projects/${project}/global/networks/${network}`,
          ...(d.subnet ? { subnetwork: d.subnet } : {}),
          ...(d.associatePublicIpAddress === false ? {} : { accessConfigs: [{ type: 'ONE_TO_ONE_NAT' }] }),
        },
      ],
      metadata: { items: Object.entries(metadata).map(([key, value]) => ({ key, value })) },
      labels: {
        ...d.labels,
        ...monikerLabels(names.serverGroup, d.region),
        [OPERATION_LABEL]: operationLabel(context.operationId),
      },
      ...(d.tags?.length ? { tags: { items: d.tags } } : {}),
    },
  };
}

/** The managed instance group of a new server group. */
export function groupResource(project: string, d: CreateServerGroup, plan: CreatePlan, names: CreateNames): object {
  const zones = d.zone && d.regional !== true ? [] : (d.distributionPolicy?.zones ?? []);
  const ports = d.loadBalancingPolicy?.namedPorts ?? (plan.port === null ? [] : [{ name: 'http', port: plan.port }]);
  return {
    name: names.serverGroup,
    baseInstanceName: names.serverGroup,
    instanceTemplate: `projects/${project}/global/instanceTemplates/${names.template}`,
    targetSize: d.capacity?.desired ?? d.targetSize ?? 1,
    ...(ports.length ? { namedPorts: ports.map(({ name, port }) => ({ name, port })) } : {}),
    ...(zones.length
      ? {
          distributionPolicy: {
            zones: zones.map((zone) => ({ zone: `projects/${project}/zones/${zone}` })),
            ...(d.distributionPolicy?.targetShape ? { targetShape: d.distributionPolicy.targetShape } : {}),
          },
        }
      : {}),
  };
}
