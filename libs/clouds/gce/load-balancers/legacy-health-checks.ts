import type { Compute } from '../compute.ts';
import { type LegacyHealthCheck, legacyHealthCheckSchema } from './resources.ts';

/** Reads a health check of target pools, for which the client library has no method; null when there is none. */
export function findLegacyHealthCheck(compute: Compute, name: string): Promise<LegacyHealthCheck | null> {
  return compute.read(`global/httpHealthChecks/${name}`, legacyHealthCheckSchema);
}
