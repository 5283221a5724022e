import type { OperationContext } from '@gennaker/extension-sdk/cloud';
import type { Compute } from './compute.ts';
import { GceFailure } from './errors.ts';
import { type BackendService, backendServiceSchema, sameResource } from './resources.ts';
import type { LoadBalancingPolicy } from './schema.ts';

/** Stale fingerprints are read again and tried anew this often; each loses only to another writer that won. */
const TRIES = 20;

/** The groups that a backend service sends requests to. */
export function backendGroups(service: BackendService): string[] {
  return (service.backends ?? []).flatMap((backend) => (backend.group ? [backend.group] : []));
}

/** Puts a group behind a backend service; answers false when it was there already. */
export function attachBackend(
  compute: Compute,
  context: OperationContext,
  at: { readonly region: string; readonly backendService: string },
  group: string,
  policy: LoadBalancingPolicy | null | undefined,
): Promise<boolean> {
  return change(compute, context, at, (service) => {
    if (backendGroups(service).some((link) => sameResource(link, group))) return null;
    return [...(service.backends ?? []), backendOf(group, policy)];
  });
}

/** Takes a group from behind a backend service; answers false when it was not there, or the service is gone. */
export function detachBackend(
  compute: Compute,
  context: OperationContext,
  at: { readonly region: string; readonly backendService: string },
  group: string,
): Promise<boolean> {
  return change(
    compute,
    context,
    at,
    (service) => {
      const kept = (service.backends ?? []).filter((backend) => !sameResource(backend.group, group));
      return kept.length === (service.backends ?? []).length ? null : kept;
    },
    true,
  );
}

function backendOf(group: string, policy: LoadBalancingPolicy | null | undefined): Record<string, unknown> {
  // A regional external service passes connections through, so that it counts connections unless told otherwise.
  const mode = policy?.balancingMode ?? 'CONNECTION';
  return {
    group,
    balancingMode: mode,
    ...(policy?.capacityScaler === undefined ? {} : { capacityScaler: policy.capacityScaler }),
    ...(mode === 'UTILIZATION' ? { maxUtilization: policy?.maxUtilization ?? 0.8 } : {}),
    ...(mode === 'RATE' && policy?.maxRatePerInstance ? { maxRatePerInstance: policy.maxRatePerInstance } : {}),
    ...(mode === 'CONNECTION' && policy?.maxConnectionsPerInstance
      ? { maxConnectionsPerInstance: policy.maxConnectionsPerInstance }
      : {}),
  };
}

/**
 * Reads a backend service, changes its list and writes the whole back under its fingerprint (PATCH cannot empty a
 * list). Another writer in between means reading again.
 */
async function change(
  compute: Compute,
  context: OperationContext,
  at: { readonly region: string; readonly backendService: string },
  edit: (service: BackendService) => readonly object[] | null,
  absentIsFine = false,
): Promise<boolean> {
  const key = { region: at.region, backendService: at.backendService };
  for (let attempt = 1; ; attempt++) {
    const service = await compute.find('RegionBackendServices', 'get', key, backendServiceSchema, context.signal);
    if (!service) {
      if (absentIsFine) return false;
      throw new Error(
        `Backend service ${at.backendService} in ${at.region} does not exist any more; make its load balancer again.`,
      );
    }
    const backends = edit(service);
    if (!backends) return false;
    try {
      await compute.mutate(
        'RegionBackendServices',
        'update',
        { ...key, backendServiceResource: { ...service, backends } },
        {
          requestId: context.requestId(`${at.backendService}:${service.fingerprint ?? ''}:${attempt}`),
          signal: context.signal,
        },
      );
      return true;
    } catch (error) {
      const stale = error instanceof GceFailure && error.gce.reason === 'conditionNotMet';
      if (!stale || attempt >= TRIES) throw error;
      await compute.sleep(30 + Math.random() * 120 * attempt, context.signal);
    }
  }
}
