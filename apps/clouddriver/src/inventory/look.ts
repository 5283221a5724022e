import type { InventorySnapshot, TrafficRecord } from '@gennaker/extension-sdk/cloud';
import { withTraffic } from '@gennaker/extension-sdk/desired-traffic';
import type { Database } from '@gennaker/store/database';
import {
  imageItem,
  instanceItem,
  type Item,
  type ItemKey,
  type Kind,
  loadBalancerItem,
  RESOURCE_KINDS,
  resourceItem,
  securityGroupItem,
  serverGroupItem,
} from './item.ts';
import { changeItem, knownItems, putItem, removeItem } from './store.ts';
import { readAccountTraffic } from './traffic.ts';

/** Things of which a list alone does not tell whether they are still there: a newcomer is read by itself. */
const READ_ALONE: ReadonlySet<Kind> = new Set<Kind>(['serverGroup', 'instance', 'loadBalancer']);

/** Everything that a snapshot shows, and which kinds it looked at. */
export function itemsOf(
  snapshot: InventorySnapshot,
  traffic: ReadonlyMap<string, TrafficRecord>,
): { readonly items: readonly Item[]; readonly kinds: ReadonlySet<Kind> } {
  const resources = RESOURCE_KINDS.flatMap((kind) => {
    const views = snapshot.resources?.[kind];
    return views ? [{ kind, views }] : [];
  });
  const kinds = new Set<Kind>(['serverGroup', 'loadBalancer', ...resources.map(({ kind }) => kind)]);
  if (snapshot.instances) kinds.add('instance');
  if (snapshot.securityGroups) kinds.add('securityGroup');
  if (snapshot.images) kinds.add('image');
  const items = [
    ...snapshot.serverGroups.map((group) =>
      serverGroupItem(withTraffic(group, traffic.get(`${group.view.region}/${group.view.name}`) ?? null)),
    ),
    ...(snapshot.instances ?? []).map(instanceItem),
    ...snapshot.loadBalancers.map(loadBalancerItem),
    ...(snapshot.securityGroups ?? []).map(securityGroupItem),
    ...(snapshot.images ?? []).map(imageItem),
    ...resources.flatMap(({ kind, views }) => views.map((view) => resourceItem(kind, view))),
  ];
  return { items, kinds };
}

/**
 * Brings the inventory of an account to what a look that began at `began` (epoch ms) showed; `readAlone` reads one
 * thing from the cloud and writes it. Only what differs is written. Answers how much that was, and which kinds were shown.
 */
export async function applyLook(
  db: Database,
  account: string,
  snapshot: InventorySnapshot,
  began: number,
  first: boolean,
  readAlone: (key: ItemKey) => Promise<unknown>,
): Promise<{ readonly changes: number; readonly kinds: ReadonlySet<Kind> }> {
  const [known, traffic] = await Promise.all([knownItems(db.pool, account), readAccountTraffic(db.pool, account)]);
  const { items, kinds } = itemsOf(snapshot, traffic);
  const shown = new Set<string>();
  let changes = 0;
  for (const item of items) {
    const key = `${item.kind}/${item.region}/${item.name}`;
    shown.add(key);
    const before = known.get(key);
    if (before?.hash === item.hash) continue;
    changes++;
    if (before) await changeItem(db.pool, item, began);
    // One that is new here may have been removed while the lists were read: only a read of its own tells.
    else if (!first && READ_ALONE.has(item.kind)) await readAlone(item);
    else await putItem(db.pool, item, began);
  }
  for (const [id, { key }] of known)
    if (kinds.has(key.kind) && !shown.has(id) && (await removeItem(db.pool, key, began))) changes++;
  return { changes, kinds };
}
