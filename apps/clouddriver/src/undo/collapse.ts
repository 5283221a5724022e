import type { Inverse } from '@gennaker/extension-sdk/cloud';
import { z } from 'zod';

/** One change of an execution that was made, oldest first in lists. */
export interface Change {
  readonly operation: string;
  readonly account: string;
  readonly description: Readonly<Record<string, unknown>>;
  /** Undefined: nobody recorded what takes it back. */
  readonly inverse: Inverse | undefined;
}

/** What is done about a change: operations, or nothing, with the reason. */
export type Decision =
  | { readonly operations: readonly Readonly<Record<string, Record<string, unknown>>>[] }
  | { readonly left: string }
  | { readonly impossible: string };

/** What of a thing an operation changes: two changes of the same are taken back at once. */
const ASPECTS: Readonly<Record<string, string>> = {
  enableServerGroup: 'traffic',
  disableServerGroup: 'traffic',
  resizeServerGroup: 'size',
  upsertScalingPolicy: 'scaling',
  deleteScalingPolicy: 'scaling',
  updateLaunchConfig: 'template',
  upsertServerGroupTags: 'tags',
  statefullyUpdateBootImage: 'boot image',
  upsertLoadBalancer: 'load balancer',
  deleteLoadBalancer: 'load balancer',
  upsertSecurityGroup: 'firewall',
  deleteSecurityGroup: 'firewall',
};

const namedSchema = z.looseObject({
  region: z.string().optional(),
  serverGroupName: z.string().optional(),
  loadBalancerName: z.string().optional(),
  securityGroupName: z.string().optional(),
});

/** What an operation is about: `account/region/name`. */
export function thingOf(account: string, description: Readonly<Record<string, unknown>>): string {
  const d = namedSchema.catch({}).parse(description);
  const name = d.serverGroupName ?? d.loadBalancerName ?? d.securityGroupName ?? '';
  return `${account}/${d.region ?? 'global'}/${name}`;
}

/**
 * Decides what is done about each change of an execution. The answer is in the order of the changes; an undo goes through
 * it from the end. Of several changes of the same thing only what the first one found is brought back, at the place of
 * the last; what the undo destroys, and what the execution destroyed itself, needs nothing else.
 */
export function decide(changes: readonly Change[]): Decision[] {
  const made = new Set(
    changes.flatMap(({ account, inverse }) =>
      inverse && 'operations' in inverse
        ? inverse.operations.flatMap((operation) =>
            Object.entries(operation)
              .filter(([name]) => name === 'destroyServerGroup')
              .map(([, description]) => thingOf(account, description)),
          )
        : [],
    ),
  );
  const destroyed = new Set(
    changes
      .filter(({ operation, inverse }) => operation === 'destroyServerGroup' && inverse && 'impossible' in inverse)
      .map(({ account, description }) => thingOf(account, description)),
  );
  return changes.map((change, index): Decision => {
    const { operation, account, description, inverse } = change;
    const thing = thingOf(account, description);
    const creation =
      inverse && 'operations' in inverse && inverse.operations.some((one) => 'destroyServerGroup' in one);
    if (creation) {
      const [own] = inverse.operations.flatMap((one) => Object.values(one));
      return own && destroyed.has(thingOf(account, own))
        ? { left: 'the execution destroyed it again' }
        : { operations: inverse.operations };
    }
    if (made.has(thing))
      return { left: destroyed.has(thing) ? 'the execution had made it itself' : 'the undo destroys it' };
    if (operation !== 'destroyServerGroup' && destroyed.has(thing)) return { left: 'the execution destroyed it later' };
    const aspect = ASPECTS[operation];
    const same = (other: Change) =>
      aspect !== undefined &&
      ASPECTS[other.operation] === aspect &&
      thingOf(other.account, other.description) === thing;
    if (changes.slice(index + 1).some(same))
      return { left: 'a later change of the same is taken back, and this with it' };
    const first = changes.find((other) => other === change || same(other)) ?? change;
    if (!first.inverse) return { impossible: `${operation} cannot be taken back` };
    if ('impossible' in first.inverse) return first.inverse;
    return first.inverse.operations.length === 0
      ? { left: 'it changed nothing' }
      : { operations: first.inverse.operations };
  });
}
