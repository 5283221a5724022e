import type { AccountCheck } from '@gennaker/contracts/cloud-accounts';
import type { Compute } from './compute.ts';
import { failedAs, GceFailure } from './errors.ts';
import { discoverProjects, projectsCheck } from './projects.ts';
import { loadBalancerMeter } from './meter.ts';
import { LISTS, PERMISSIONS, permissionOfList } from './permissions.ts';
import { quotaChecks } from './quota-checks.ts';
import { lastPart, quotaSchema, regionSchema } from './resources.ts';
import { z } from 'zod';

/** What was found of an account. */
interface Verification {
  readonly checks: readonly AccountCheck[];
  readonly missingPermissions: readonly string[];
}

/** What one of the questions found; `missing`: permissions by IAM's names. */
interface Part {
  readonly checks: readonly AccountCheck[];
  readonly missing: readonly string[];
}

const RESOURCE_MANAGER = 'https://cloudresourcemanager.googleapis.com/v1/projects';
/** Google tests at most so many permissions at once. */
const MOST_TESTED = 100;
/** As many of them are named in a sentence. */
const NAMED = 5;

/**
 * Tries what works of an account: whether it answers, whether its regions exist and have room, whether everything can
 * be read, and, at Google itself, which permissions are missing. Changes nothing.
 */
export async function verifyAccount(compute: Compute): Promise<Verification> {
  const [projects, regions] = await Promise.all([projectChecks(compute), regionChecks(compute)]);
  if (!regions.reachable) return { checks: [...projects, ...regions.checks], missingPermissions: [] };
  const [quotas, reads, traffic, all] = await Promise.all([
    projectQuotas(compute),
    Promise.all(LISTS.map((path) => listCheck(compute, path))),
    trafficCheck(compute),
    allPermissions(compute),
  ]);
  const parts = [...reads, all];
  return {
    checks: [...projects, ...regions.checks, ...quotas, ...parts.flatMap(({ checks }) => checks), traffic],
    missingPermissions: [regions, ...parts].flatMap(({ missing }) => missing),
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

/** Without a project, or credentials that anything accepts, nothing further can be found out. */
async function regionChecks(compute: Compute): Promise<Part & { readonly reachable: boolean }> {
  let regions: z.output<typeof regionSchema>[];
  try {
    const answer = z.object({ items: z.array(regionSchema).default([]) }).parse(await compute.ask('GET', 'regions'));
    regions = answer.items;
  } catch (error) {
    const check = failure('project', `Project ${compute.project} cannot be read`, error);
    const missing = missingOf(error, 'compute.regions.list');
    return { checks: [check], missing, reachable: missing.length > 0 };
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
    checks.push(...quotaChecks(name, region.quotas));
  }
  return { checks, missing: [], reachable: true };
}

/** Nothing but this check reads the project itself. */
async function projectQuotas(compute: Compute): Promise<readonly AccountCheck[]> {
  const place = `project ${compute.project}`;
  try {
    const { quotas } = projectSchema.parse(await compute.ask('GET', ''));
    return quotaChecks(place, quotas);
  } catch (error) {
    return [{ ...failure(`quota ${place}`, 'The quotas of the project cannot be read', error), outcome: 'unknown' }];
  }
}

const projectSchema = z.object({ quotas: z.array(quotaSchema).nullish() });
const TRAFFIC_WINDOW_MS = 300_000;

/** One item shows whether all may be read. */
async function listCheck(compute: Compute, path: (typeof LISTS)[number]): Promise<Part> {
  const permission = permissionOfList(path);
  const name = `permission ${permission}`;
  const what = path.split('/')[1] ?? '';
  try {
    await compute.ask('GET', `${path}?maxResults=1`);
    return { checks: [{ name, outcome: 'ok', reason: { summary: `${what} can be listed` } }], missing: [] };
  } catch (error) {
    return {
      checks: [failure(name, `${what} cannot be listed`, error)],
      missing: missingOf(error, permission),
    };
  }
}

/** The permission, where it is that which the cloud missed. */
const missingOf = (error: unknown, permission: string): string[] =>
  failedAs(error, 'permission') && error.gce.reason === 'forbidden' ? [permission] : [];

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

/** Asks Google which permissions are granted; a compatible address has no such question. */
async function allPermissions(compute: Compute): Promise<Part> {
  const name = 'permissions';
  if (compute.account.endpoint) {
    const reason = {
      summary: 'A compatible address tells nothing of permissions; what is read was tried, what changes was not',
      next: 'The first change will show whether changes are allowed',
    };
    return { checks: [{ name, outcome: 'unknown', reason }], missing: [] };
  }
  let granted: ReadonlySet<string>;
  try {
    granted = await grantedOf(compute);
  } catch (error) {
    const check = failure(name, 'Google could not be asked for permissions', error);
    return { checks: [{ ...check, outcome: 'unknown' }], missing: [] };
  }
  const missing = PERMISSIONS.filter((each) => !granted.has(each));
  if (missing.length === 0) {
    const summary = `All ${PERMISSIONS.length} permissions that reads and operations take are granted`;
    return { checks: [{ name, outcome: 'ok', reason: { summary } }], missing };
  }
  const more = missing.length > NAMED ? ` and ${missing.length - NAMED} more` : '';
  const reason = {
    summary: `Of ${PERMISSIONS.length} permissions that reads and operations take, ${missing.length} are missing: ${missing.slice(0, NAMED).join(', ')}${more}`,
    evidence: { missing },
    next: 'Grant the service account the roles Compute Admin and Service Account User in this project',
  };
  return { checks: [{ name, outcome: 'failed', reason }], missing };
}

async function grantedOf(compute: Compute): Promise<ReadonlySet<string>> {
  const granted = new Set<string>();
  for (let from = 0; from < PERMISSIONS.length; from += MOST_TESTED) {
    const permissions = PERMISSIONS.slice(from, from + MOST_TESTED);
    const answer = await compute.ask('POST', `${RESOURCE_MANAGER}/${compute.project}:testIamPermissions`, {
      permissions,
    });
    for (const each of grantedSchema.parse(answer).permissions) granted.add(each);
  }
  return granted;
}

const grantedSchema = z.object({ permissions: z.array(z.string()).default([]) });

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
