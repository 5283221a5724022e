import type { Instance } from '@gennaker/contracts/clouddriver';
import { z } from 'zod';

const lineSchema = z.looseObject({ loadBalancerName: z.string(), state: z.string().optional() });

/** What load balancers say of an instance, by their names: `InService` or `OutOfService`. */
export function balancersOf(instance: Instance): ReadonlyMap<string, string> {
  const lines = instance.health.flatMap((health) => z.array(lineSchema).catch([]).parse(health['loadBalancers']));
  return new Map(lines.map(({ loadBalancerName, state }) => [loadBalancerName, state ?? 'OutOfService']));
}
