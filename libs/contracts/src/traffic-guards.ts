import { z } from 'zod';
import type { Moniker } from './moniker.ts';

const place = z.string().trim().min(1, 'must be a name, or * for all of them');
const namePart = z
  .string()
  .trim()
  .nullish()
  .transform((text) => text ?? '')
  .describe('empty: clusters without one; * for any');

/** One rule of an application: clusters that must not be left without capacity. Unknown keys are kept. */
export const trafficGuardSchema = z.looseObject({
  account: place,
  location: place.describe('a region; * for all'),
  stack: namePart,
  detail: namePart,
  enabled: z.boolean().default(true),
  minCapacityPercentage: z
    .number()
    .min(0)
    .max(100)
    .nullish()
    .describe(
      'so much of what one full version of the cluster has must stay healthy and enabled; absent: one instance',
    ),
});
export type TrafficGuard = z.infer<typeof trafficGuardSchema>;

/** The attribute `trafficGuards` of an application. */
export const trafficGuardsSchema = z.array(trafficGuardSchema);

/** A cluster in one region, by the parts of its name. */
export interface GuardedPlace {
  readonly account: string;
  readonly region: string;
  readonly moniker: Pick<Moniker, 'stack' | 'detail'>;
}

/** The guards that hold for a cluster: those that are enabled and fit in every part. */
export function guardsOf(guards: readonly TrafficGuard[], { account, region, moniker }: GuardedPlace): TrafficGuard[] {
  const fits = (wanted: string, has: string): boolean => wanted === '*' || wanted === has;
  return guards.filter(
    (guard) =>
      guard.enabled &&
      fits(guard.account, account) &&
      fits(guard.location, region) &&
      fits(guard.stack, moniker.stack ?? '') &&
      fits(guard.detail, moniker.detail ?? ''),
  );
}

/** A guard as people name it: `account local-gce, location *, stack prod, no detail`. */
export function guardText({ account, location, stack, detail }: TrafficGuard): string {
  const part = (name: string, value: string) => (value === '' ? `no ${name}` : `${name} ${value}`);
  return [`account ${account}`, `location ${location}`, part('stack', stack), part('detail', detail)].join(', ');
}
