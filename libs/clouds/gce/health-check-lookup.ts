import { z } from 'zod';
import type { Compute } from './compute.ts';
import type { AutoHealingPolicy } from './schema.ts';

const existsSchema = z.looseObject({ name: z.string() });
const COLLECTIONS = {
  healthCheck: 'healthChecks',
  httpHealthCheck: 'httpHealthChecks',
  httpsHealthCheck: 'httpsHealthChecks',
} as const;

/** Why the health check of a healing policy cannot be used; null when it can. */
export async function healthCheckProblem(compute: Compute, policy: AutoHealingPolicy): Promise<string | null> {
  const { healthCheck, healthCheckKind } = policy;
  // A link may lead to another project, which this account need not be able to read.
  if (healthCheck.includes('/')) return null;
  const found = await compute.read(`global/${COLLECTIONS[healthCheckKind]}/${healthCheck}`, existsSchema);
  return found
    ? null
    : `autoHealingPolicy.healthCheck: there is no global health check ${healthCheck} in project ${compute.project}; make it first, or give the link of a regional one`;
}

/** What of a healing policy has no effect: one sentence each. */
export function healingWarnings(policy: AutoHealingPolicy | null | undefined): string[] {
  return policy?.maxUnavailable === undefined || policy.maxUnavailable === null
    ? []
    : ["autoHealingPolicy.maxUnavailable does nothing: Compute's API has no such field any more; leave it out."];
}
