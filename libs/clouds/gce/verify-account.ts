import type { AccountCheck } from '@gennaker/contracts/cloud-accounts';
import type { Compute } from './compute.ts';
import { failedAs, GceFailure } from './errors.ts';
import { discoverProjects, projectsCheck } from './projects.ts';
import { loadBalancerMeter } from './meter.ts';
import { lastPart, regionSchema } from './resources.ts';
import { z } from 'zod';

/** What was found of an account. */
interface Verification {
  readonly checks: readonly AccountCheck[];
  readonly missingPermissions: readonly string[];
}

/** Lists that everything here needs, each with the permission that it takes. */
const READS = [
  ['InstanceGroupManagers', 'compute.instanceGroupManagers.list', 'aggregated'],
  ['Instances', 'compute.instances.list', 'aggregated'],
  ['InstanceTemplates', 'compute.instanceTemplates.list', 'list'],
  ['Images', 'compute.images.list', 'list'],
  ['BackendServices', 'compute.backendServices.list', 'aggregated'],
  ['ForwardingRules', 'compute.forwardingRules.list', 'aggregated'],
  ['HealthChecks', 'compute.healthChecks.list', 'aggregated'],
  ['UrlMaps', 'compute.urlMaps.list', 'aggregated'],
  ['Firewalls', 'compute.firewalls.list', 'list'],
  ['Networks', 'compute.networks.list', 'list'],
] as const;

/** What changes take; asked of Google's resource manager, which a compatible address does not have. */
const CHANGES = [
  'compute.instanceGroupManagers.create',
  'compute.instanceGroupManagers.update',
  'compute.instanceGroupManagers.delete',
  'compute.instanceTemplates.create',
  'compute.instanceTemplates.delete',
  'compute.instances.create',
  'compute.instances.delete',
  'compute.instances.setTags',
  'compute.autoscalers.create',
  'compute.autoscalers.update',
  'compute.autoscalers.delete',
  'compute.backendServices.create',
  'compute.backendServices.update',
  'compute.backendServices.delete',
  'compute.forwardingRules.create',
  'compute.forwardingRules.delete',
  'compute.healthChecks.create',
  'compute.healthChecks.delete',
  'compute.firewalls.create',
  'compute.firewalls.update',
  'compute.firewalls.delete',
  'compute.images.setLabels',
  'iam.serviceAccounts.actAs',
] as const;

const RESOURCE_MANAGER = 'https://cloudresourcemanager.googleapis.com/v1/projects';
/** A quota of which this part is used will soon stop a deployment. */
const NEARLY = 0.9;
/** Quotas that a deployment uses. */
const QUOTAS =
  /^(CPUS|INSTANCES|INSTANCE_GROUPS|INSTANCE_GROUP_MANAGERS|REGIONAL_INSTANCE_GROUP_MANAGERS|AUTOSCALERS|REGIONAL_AUTOSCALERS|IN_USE_ADDRESSES|DISKS_TOTAL_GB|SSD_TOTAL_GB)$/;

/**
 * Tries what works of an account: whether it answers, whether its regions exist and have room, whether everything can
 * be read, and, at Google itself, which permissions of changes are missing. Changes nothing.
 */
export async function verifyAccount(compute: Compute): Promise<Verification> {
  const [projects, { checks, reachable }] = await Promise.all([projectChecks(compute), regionChecks(compute)]);
  if (!reachable) return { checks: [...projects, ...checks], missingPermissions: [] };
  const reads = await Promise.all(
    READS.map(([service, permission, how]) => readCheck(compute, service, permission, how)),
  );
  const [traffic, changes] = await Promise.all([trafficCheck(compute), changeChecks(compute)]);
  return {
    checks: [...projects, ...checks, ...reads.map(({ check }) => check), traffic, ...changes.checks],
    missingPermissions: [...reads.flatMap(({ missing }) => missing), ...changes.missing],
  };
}

/** Google alone can be asked which projects there are; credentials need not be allowed to ask. */
async function projectChecks(compute: Compute): Promise<AccountCheck[]> {
  if (compute.account.endpoint) return [];
  try {
    return [projectsCheck(compute.project, await discoverProjects(compute))];
  } catch (error) {
    return [
      { ...failure('projects', 'The projects of these credentials cannot be listed', error), outcome: 'unknown' },
    ];
  }
}

async function regionChecks(
  compute: Compute,
): Promise<{ readonly checks: AccountCheck[]; readonly reachable: boolean }> {
  let regions: z.output<typeof regionSchema>[];
  try {
    const answer = z.object({ items: z.array(regionSchema).default([]) }).parse(await compute.ask('GET', 'regions'));
    regions = answer.items;
  } catch (error) {
    return { checks: [failure('project', `Project ${compute.project} cannot be read`, error)], reachable: false };
  }
  const names = regions.map((region) => region.name);
  const checks: AccountCheck[] = [
    { name: 'project', outcome: 'ok', reason: { summary: `Project ${compute.project} answers` } },
  ];
  for (const name of compute.account.regions) {
    const region = regions.find((one) => one.name === name);
    if (!region) {
      checks.push({
        name: `region ${name}`,
        outcome: 'failed',
        reason: {
          summary: `Project ${compute.project} has no region ${name}`,
          evidence: { regions: names },
          next: `Use some of ${names.join(', ')}`,
        },
      });
      continue;
    }
    const zones = (region.zones ?? []).map(lastPart);
    checks.push({
      name: `region ${name}`,
      outcome: zones.length > 0 ? 'ok' : 'warning',
      reason: { summary: `Region ${name} has the zones ${zones.join(', ') || '(none)'}` },
    });
    checks.push(...quotaChecks(region));
  }
  return { checks, reachable: true };
}

/** A quota that is used up stops every deployment; one that nearly is, is told. */
function quotaChecks(region: z.output<typeof regionSchema>): AccountCheck[] {
  const quotas = (region.quotas ?? []).flatMap(({ metric, limit, usage }) =>
    typeof metric === 'string' && typeof limit === 'number' && typeof usage === 'number' && QUOTAS.test(metric)
      ? [{ metric, limit, usage }]
      : [],
  );
  if (quotas.length === 0)
    return [
      {
        name: `quota ${region.name}`,
        outcome: 'unknown',
        reason: { summary: `The cloud tells no quotas of ${region.name}` },
      },
    ];
  const tight = quotas.filter(({ limit, usage }) => usage >= limit * NEARLY);
  if (tight.length === 0)
    return [
      {
        name: `quota ${region.name}`,
        outcome: 'ok',
        reason: {
          summary: `There is room in ${region.name}`,
          evidence: Object.fromEntries(quotas.map(({ metric, limit, usage }) => [metric, `${usage} of ${limit}`])),
        },
      },
    ];
  return tight.map(({ metric, limit, usage }) => ({
    name: `quota ${region.name} ${metric}`,
    outcome: usage >= limit ? ('failed' as const) : ('warning' as const),
    reason: {
      summary: `${metric} in ${region.name}: ${usage} of ${limit} are used`,
      evidence: { metric, limit, usage },
      next: 'Remove what is not needed, or ask for a higher quota',
    },
  }));
}

const nothing = z.unknown();
const TRAFFIC_WINDOW_MS = 300_000;

async function readCheck(
  compute: Compute,
  service: (typeof READS)[number][0],
  permission: string,
  how: (typeof READS)[number][2],
): Promise<{ readonly check: AccountCheck; readonly missing: readonly string[] }> {
  try {
    if (how === 'aggregated') await compute.aggregated(service, '', nothing);
    else await compute.list(service, 'list', { maxResults: 1 }, nothing);
    return {
      check: { name: `permission ${permission}`, outcome: 'ok', reason: { summary: `${service} can be listed` } },
      missing: [],
    };
  } catch (error) {
    return {
      check: failure(`permission ${permission}`, `${service} cannot be listed`, error),
      missing: failedAs(error, 'permission') ? [permission] : [],
    };
  }
}

/** Without it deploys go on, and nobody knows what was answered meanwhile. */
async function trafficCheck(compute: Compute): Promise<AccountCheck> {
  const to = compute.now();
  const question = { region: compute.account.regions[0] ?? '', of: { cluster: 'none' }, loadBalancers: [], points: 1 };
  try {
    const found = await loadBalancerMeter(compute).read({ ...question, from: to - TRAFFIC_WINDOW_MS, to });
    const [every, late] = [found.resolutionMs / 1_000, found.delayMs / 1_000];
    const summary = `What load balancers count can be read: every ${every} s, ${late} s late`;
    return { name: 'traffic', outcome: 'ok', reason: { summary } };
  } catch (error) {
    const { reason } = failure('traffic', 'What load balancers count cannot be read', error);
    const next = 'Grant the service account the role Monitoring Viewer, or leave out what judges traffic';
    return { name: 'traffic', outcome: 'warning', reason: { ...reason, next } };
  }
}

async function changeChecks(
  compute: Compute,
): Promise<{ readonly checks: readonly AccountCheck[]; readonly missing: readonly string[] }> {
  if (compute.account.endpoint)
    return {
      checks: [
        {
          name: 'permissions of changes',
          outcome: 'unknown',
          reason: {
            summary: 'A compatible address tells nothing of permissions; everything that is read could be read',
            next: 'The first change will show whether changes are allowed',
          },
        },
      ],
      missing: [],
    };
  try {
    const answer = await compute.ask('POST', `${RESOURCE_MANAGER}/${compute.project}:testIamPermissions`, {
      permissions: CHANGES,
    });
    const granted = z.object({ permissions: z.array(z.string()).default([]) }).parse(answer).permissions;
    const missing = CHANGES.filter((permission) => !granted.includes(permission));
    return {
      checks: [
        missing.length === 0
          ? {
              name: 'permissions of changes',
              outcome: 'ok',
              reason: { summary: `All ${CHANGES.length} permissions of changes are granted` },
            }
          : {
              name: 'permissions of changes',
              outcome: 'failed',
              reason: {
                summary: `These permissions are missing: ${missing.join(', ')}`,
                evidence: { missing },
                next: 'Grant the service account the roles Compute Admin and Service Account User in this project',
              },
            },
      ],
      missing,
    };
  } catch (error) {
    const check = failure('permissions of changes', 'Google could not be asked for permissions', error);
    return { checks: [{ ...check, outcome: 'unknown' }], missing: [] };
  }
}

function failure(name: string, what: string, error: unknown): AccountCheck {
  const words =
    error instanceof GceFailure ? error.gce.message : error instanceof Error ? error.message : String(error);
  return {
    name,
    outcome: 'failed',
    reason: {
      summary: `${what}: ${words}`,
      ...(error instanceof GceFailure ? { evidence: { http: error.gce.http, reason: error.gce.reason } } : {}),
      next: nextOf(error),
    },
  };
}

function nextOf(error: unknown): string {
  if (failedAs(error, 'permission'))
    return 'Grant the service account the role Compute Viewer at least, or correct its key, then verify again';
  if (failedAs(error, 'notFound')) return 'Correct the id of the project, then verify again';
  if (failedAs(error, 'unavailable'))
    return 'Check the endpoint and the network between clouddriver and it, then verify again';
  return 'Correct what the cloud says, then verify again';
}
