import type { Instance } from '@gennaker/contracts/clouddriver';
import { ServiceError } from '@gennaker/contracts/error';
import type { InstancesStage } from '@gennaker/contracts/server-group-stage';
import { z } from 'zod';

const lineSchema = z.looseObject({ loadBalancerName: z.string(), state: z.string().optional() });

/** What load balancers say of an instance, by their names: `InService` or `OutOfService`. */
export function balancersOf(instance: Instance): ReadonlyMap<string, string> {
  const lines = instance.health.flatMap((health) => z.array(lineSchema).catch([]).parse(health['loadBalancers']));
  return new Map(lines.map(({ loadBalancerName, state }) => [loadBalancerName, state ?? 'OutOfService']));
}

/** The load balancers that a stage names. @throws ServiceError 422 when it names none */
export function namedBalancers(stage: InstancesStage): readonly string[] {
  const names = stage.loadBalancerNames ?? [];
  if (names.length === 0)
    throw new ServiceError(422, 'The stage names no load balancer', {
      field: 'loadBalancerNames',
      fix: 'name at least one load balancer',
    });
  return names;
}
