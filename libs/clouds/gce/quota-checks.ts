import type { AccountCheck } from '@gennaker/contracts/cloud-accounts';
import type { z } from 'zod';
import type { quotaSchema } from './resources.ts';

/** A quota of which this part is used will soon stop a deployment. */
const NEARLY = 0.9;

const COUNTED = [
  'CPUS',
  'GPUS',
  'INSTANCES',
  'INSTANCE_GROUPS',
  'INSTANCE_GROUP_MANAGERS',
  'INSTANCE_TEMPLATES',
  'AUTOSCALERS',
  'ADDRESSES',
  'DISKS_TOTAL_GB',
  'SSD_TOTAL_GB',
  'IMAGES',
  'FIREWALLS',
  'FORWARDING_RULES',
  'BACKEND_SERVICES',
  'HEALTH_CHECKS',
  'URL_MAPS',
  'TARGET_POOLS',
  'PROXIES',
];
/** Quotas that a deployment uses, of every family of machines, such as N2_CPUS; what was bought ahead is none. */
const USED = new RegExp(`^(?!COMMITTED_)(?:[A-Z0-9]+_)*(?:${COUNTED.join('|')})(?:_ALL_REGIONS)?$`);

/**
 * A quota that is used up stops every deployment; one that nearly is, is told. `place`: a region, or the project. One
 * whose limit is nothing was never given, and is left out.
 */
export function quotaChecks(
  place: string,
  told: readonly z.output<typeof quotaSchema>[] | null | undefined,
): AccountCheck[] {
  const quotas = (told ?? []).flatMap(({ metric, limit, usage }) =>
    typeof metric === 'string' &&
    typeof limit === 'number' &&
    typeof usage === 'number' &&
    (limit > 0 || usage > 0) &&
    USED.test(metric)
      ? [{ metric, limit, usage }]
      : [],
  );
  const name = `quota ${place}`;
  if (quotas.length === 0)
    return [{ name, outcome: 'unknown', reason: { summary: `The cloud tells no quotas of ${place}` } }];
  const tight = quotas.filter(({ limit, usage }) => usage >= limit * NEARLY);
  if (tight.length === 0) {
    const evidence = Object.fromEntries(quotas.map(({ metric, limit, usage }) => [metric, `${usage} of ${limit}`]));
    return [{ name, outcome: 'ok', reason: { summary: `There is room in ${place}`, evidence } }];
  }
  return tight.map(({ metric, limit, usage }) => ({
    name: `${name} ${metric}`,
    outcome: usage >= limit ? 'failed' : 'warning',
    reason: {
      summary: `${metric} in ${place}: ${usage} of ${limit} are used`,
      evidence: { metric, limit, usage },
      next: 'Remove what is not needed, or ask for a higher quota',
    },
  }));
}
