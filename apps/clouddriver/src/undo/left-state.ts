import type { ServerGroup } from '@gennaker/contracts/clouddriver';
import type { ResourceRef } from '@gennaker/extension-sdk/cloud';
import type { JsonObject } from '@gennaker/extension-sdk/stage';
import type { Queryable } from '@gennaker/store/database';
import { z } from 'zod';
import { readLoadBalancers, readSecurityGroups, readServerGroups } from '../inventory/read.ts';
import { readTraffic } from '../inventory/traffic.ts';
import type { RunFrame } from '../operations/frame.ts';
import type { Accepted } from '../operations/submit.ts';

/** How an operation left a thing: what of it people decide on. Null: it does not exist. */
export const leftSchema = z.object({
  kind: z.enum(['serverGroup', 'loadBalancer', 'securityGroup', 'image']),
  account: z.string(),
  region: z.string(),
  name: z.string(),
  state: z.record(z.string(), z.unknown()).nullable(),
});
export type Left = z.infer<typeof leftSchema>;

/** The state of everything that descriptions changed, from our own view, which is fresh at their end. */
export async function leftState(
  client: Queryable,
  accepted: readonly Accepted[],
  frames: readonly RunFrame[],
): Promise<Left[]> {
  const account = accepted[0]?.account;
  if (account === undefined) return [];
  const refs = new Map(frames.flatMap((frame) => [...frame.touched]));
  return Promise.all(
    [...refs.values()].map(async (ref) => ({ ...ref, account, state: await stateOf(client, account, ref) })),
  );
}

/** What of a thing's state is compared: what people ask for, and nothing that moves by itself. */
export async function stateOf(client: Queryable, account: string, ref: ResourceRef): Promise<JsonObject | null> {
  const { region, name } = ref;
  switch (ref.kind) {
    case 'serverGroup': {
      const [group] = await readServerGroups(client, { account, region, name });
      if (!group) return null;
      const traffic = await readTraffic(client, { account, region, name });
      return { ...groupState(group), ...(traffic?.percentage === undefined ? {} : { serving: traffic.percentage }) };
    }
    case 'loadBalancer': {
      const [found] = (await readLoadBalancers(client, { account, region, name })).map((one) => ({ ...one }));
      return found
        ? without(found, ['serverGroups', 'instances', 'seenAt', 'stale', 'staleSince', 'staleReason'])
        : null;
    }
    case 'securityGroup': {
      const [found] = (await readSecurityGroups(client, { account, region, name })).map((one) => ({ ...one }));
      return found ? without(found, ['seenAt', 'stale', 'staleSince', 'staleReason']) : null;
    }
    case 'image':
      return {};
  }
}

function groupState(group: ServerGroup): JsonObject {
  const { min, max, desired } = group.capacity;
  const scaling = group['autoscalingPolicy'];
  return {
    enabled: !group.isDisabled,
    // An autoscaler moves the size between its bounds by itself.
    size: scaling === undefined ? desired : `${min} to ${max}`,
    ...(scaling === undefined ? {} : { autoscalingPolicy: scaling }),
    ...(group.image === undefined ? {} : { image: group.image }),
    launchConfig: group['launchConfig'] ?? null,
    tags: group['tags'] ?? [],
  };
}

/** A load balancer's backends change with the groups behind it, which are compared themselves. */
function without(value: JsonObject, keys: readonly string[]): JsonObject {
  const text = JSON.stringify(value, (key, inner: unknown) =>
    keys.includes(key) || key === 'backends' ? undefined : inner,
  );
  return z.record(z.string(), z.unknown()).parse(JSON.parse(text));
}

/** What differs between how a thing was left and how it is, one sentence each. */
export function driftOf(left: Left, now: JsonObject | null): string[] {
  const what = `${WORDS[left.kind]} ${left.name}${left.region === 'global' ? '' : ` in ${left.region}`}`;
  if (!left.state) return now ? [`${what} exists again`] : [];
  if (!now) return [`${what} does not exist any more`];
  const keys = [...new Set([...Object.keys(left.state), ...Object.keys(now)])];
  return keys
    .filter((key) => JSON.stringify(sorted(left.state?.[key])) !== JSON.stringify(sorted(now[key])))
    .map((key) => `${what}: ${key} was ${shown(left.state?.[key])} and is ${shown(now[key])}`);
}

const WORDS = {
  serverGroup: 'server group',
  loadBalancer: 'load balancer',
  securityGroup: 'firewall',
  image: 'image',
} as const;

const shown = (value: unknown): string =>
  value === undefined || value === null ? 'not set' : typeof value === 'string' ? value : JSON.stringify(value);

/** With the keys of objects in one order: PostgreSQL keeps them in another. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  );
}
