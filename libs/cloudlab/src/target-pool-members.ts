import { linkOf, pathOf } from './path.ts';
import type { Store } from './store.ts';

/** Puts an instance into target pools, as every running instance of a group is in the group's pools. */
export function joinPools(store: Store, instance: string, pools: readonly string[]): void {
  for (const reference of pools) {
    const path = pathOf(reference, projectOf(instance), 'targetPools');
    const pool = store.get('targetPools', path);
    if (pool === undefined || pool.instances.some((each) => means(each, path, instance))) continue;
    store.put('targetPools', path, { ...pool, instances: [...pool.instances, linkOf(instance)] });
  }
}

/** Takes an instance out of target pools: out of those given, or out of all. */
export function leavePools(store: Store, instance: string, pools?: readonly string[]): void {
  const only = pools?.map((reference) => pathOf(reference, projectOf(instance), 'targetPools'));
  for (const [path, pool] of store.list('targetPools', 'projects/')) {
    if (only !== undefined && !only.includes(path)) continue;
    const instances = pool.instances.filter((each) => !means(each, path, instance));
    if (instances.length < pool.instances.length) store.put('targetPools', path, { ...pool, instances });
  }
}

function means(reference: string, pool: string, instance: string): boolean {
  return pathOf(reference, projectOf(pool), 'instances') === instance;
}

function projectOf(path: string): string {
  return path.split('/')[1] ?? '';
}
