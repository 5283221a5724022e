import { z } from 'zod';
import type { Compute } from '../compute.ts';
import { type LegacyHealthCheck, legacyHealthCheckSchema } from './resources.ts';

/** Reads a health check of target pools, for which the client library has no method; null when there is none. */
export function findLegacyHealthCheck(compute: Compute, name: string): Promise<LegacyHealthCheck | null> {
  return compute.read(`global/httpHealthChecks/${name}`, legacyHealthCheckSchema);
}

/** All health checks of target pools. */
export async function listLegacyHealthChecks(compute: Compute): Promise<LegacyHealthCheck[]> {
  const listed = await compute.read('global/httpHealthChecks', listSchema);
  return listed?.items ?? [];
}

const listSchema = z.looseObject({ items: z.array(legacyHealthCheckSchema).nullish() });
