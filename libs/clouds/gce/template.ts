import { clusterName, parseName } from '@gennaker/contracts/moniker';
import type { OperationContext } from '@gennaker/extension-sdk/cloud';
import type { JsonObject } from '@gennaker/extension-sdk/stage';
import type { Compute } from './compute.ts';
import type { GroupAddress } from './groups.ts';
import { launchProperties } from './launch-properties.ts';
import { policyMetadata } from './policy-metadata.ts';
import type { AutoHealingPolicy, CreateServerGroup } from './schema.ts';
import { type TrafficTarget, trafficMetadata } from './traffic/targets.ts';

/** What was looked up before anything is made; kept in the journal. */
export interface CreatePlan {
  readonly image: string;
  readonly imageName: string;
  readonly imageSizeGb: number | null;
  /** How many instances it begins with. */
  readonly size: number;
  readonly autoscaling: JsonObject | null;
  readonly port: number | null;
  /** Load balancers that it is made for, and where it is put to get their requests. */
  readonly loadBalancers: readonly string[];
  readonly targets: readonly TrafficTarget[];
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
  compute: Compute,
  context: OperationContext,
  d: CreateServerGroup,
  plan: CreatePlan,
  names: CreateNames,
): object {
  const place = {
    project: compute.project,
    account: d.credentials,
    region: d.region,
    serverGroup: names.serverGroup,
    template: names.template,
  };
  const disks =
    d.disks ?? (d.diskSizeGb ? [{ type: 'pd-standard', sizeGb: d.diskSizeGb, autoDelete: true }] : undefined);
  const own = {
    ...(plan.port === null || d.instanceMetadata?.['port'] ? {} : { port: String(plan.port) }),
    ...trafficMetadata(plan.targets, d.loadBalancingPolicy),
    ...(plan.autoscaling ? policyMetadata(plan.autoscaling) : {}),
    ...(d.selectZones ? { 'select-zones': 'true' } : {}),
  };
  const labels = {
    ...d.labels,
    ...monikerLabels(names.serverGroup, d.region),
    [OPERATION_LABEL]: operationLabel(context.operationId),
  };
  const image = { name: plan.imageName, selfLink: plan.image, diskSizeGb: plan.imageSizeGb };
  return {
    name: names.template,
    description: `Server group ${names.serverGroup} of ${clusterName(d.application, d.stack ?? undefined, d.freeFormDetails ?? undefined)}`,
    properties: launchProperties(
      place,
      null,
      { ...d, disks, labels, instanceMetadata: { ...d.instanceMetadata, ...own } },
      image,
    ),
  };
}

/** The managed instance group of a new server group. */
export function groupResource(
  project: string,
  d: CreateServerGroup,
  plan: CreatePlan,
  names: CreateNames,
  address: GroupAddress,
): object {
  const zonal = 'zone' in address.scope;
  const zones = zonal ? [] : (d.distributionPolicy?.zones ?? []);
  const shape = zonal ? null : d.distributionPolicy?.targetShape;
  const { port } = plan;
  const given = d.loadBalancingPolicy?.namedPorts ?? [];
  const portNames = new Set([
    ...(given.length > 0 ? [] : ['http']),
    ...plan.targets.flatMap((target) => target.portName ?? []),
  ]);
  const missing = port === null ? [] : [...portNames].filter((name) => given.every((each) => each.name !== name));
  const ports = [...given, ...missing.map((name) => ({ name, port }))];
  // Google moves instances between zones only to keep them even.
  const fixed = !zonal && ((shape && shape !== 'EVEN') || d.instanceFlexibilityPolicy);
  return {
    name: names.serverGroup,
    baseInstanceName: names.serverGroup,
    instanceTemplate: `projects/${project}/global/instanceTemplates/${names.template}`,
    targetSize: plan.size,
    ...(ports.length ? { namedPorts: ports.map(({ name, port }) => ({ name, port })) } : {}),
    ...(d.autoHealingPolicy ? { autoHealingPolicies: [healingResource(project, d.autoHealingPolicy)] } : {}),
    ...(zones.length || shape
      ? {
          distributionPolicy: {
            ...(zones.length ? { zones: zones.map((zone) => ({ zone: `projects/${project}/zones/${zone}` })) } : {}),
            ...(shape ? { targetShape: shape } : {}),
          },
        }
      : {}),
    ...(fixed ? { updatePolicy: { type: 'OPPORTUNISTIC', instanceRedistributionType: 'NONE' } } : {}),
    ...(d.instanceFlexibilityPolicy ? { instanceFlexibilityPolicy: d.instanceFlexibilityPolicy } : {}),
  };
}

/** A policy that makes ill instances anew, as a group has it. */
export function healingResource(project: string, policy: AutoHealingPolicy): object {
  const { healthCheck, healthCheckKind, initialDelaySec } = policy;
  const kinds = {
    healthCheck: 'healthChecks',
    httpHealthCheck: 'httpHealthChecks',
    httpsHealthCheck: 'httpsHealthChecks',
  };
  return {
    healthCheck: healthCheck.includes('/')
      ? healthCheck
      : `projects/${project}/global/${kinds[healthCheckKind]}/${healthCheck}`,
    initialDelaySec,
  };
}
