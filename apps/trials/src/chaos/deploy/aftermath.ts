import { setTimeout as sleep } from 'node:timers/promises';
import type { ServerGroup } from '@gennaker/contracts/clouddriver';
import { groupOf, type Inventory, type Scene } from './scene.ts';

/** What serves must be whole again within this time, and what was taken away be gone, milliseconds. */
const PATIENCE_MS = 60_000;
const LOOK_MS = 500;

/** The server group that serves in the end, and what is not as it has to be. */
export interface Settled {
  readonly serving: string | undefined;
  readonly problems: readonly string[];
}

/**
 * Waits until one server group serves alone and whole, without holds and locks; answers what is still wrong after a while.
 * @param wanted its size in instances, and the names of which it has to be one
 */
export async function unsettled(
  scene: Scene,
  wanted: { readonly size: number; readonly choices: readonly string[] },
): Promise<Settled> {
  return patiently(
    async () => {
      const groups = await scene.groups();
      const problems = [
        ...groupProblems(groups, wanted),
        ...(await scene.locks()).map((lock) => `a lock is left: ${lock}`),
      ];
      return { serving: groups.find((group) => isServing(group))?.name, problems };
    },
    ({ problems }) => problems.length === 0,
  );
}

/** Destroys what does not serve, and answers what the cloud then has beyond the server group that serves. */
export async function leftovers(scene: Scene, serving: string | undefined): Promise<string[]> {
  for (const { name } of await scene.groups()) if (name !== serving) await scene.destroy(name);
  return patiently(
    async () => inventoryProblems(await scene.inventory(), serving, scene.size),
    (problems) => problems.length === 0,
  );
}

async function patiently<T>(look: () => Promise<T>, isGood: (seen: T) => boolean): Promise<T> {
  for (const end = performance.now() + PATIENCE_MS; ; await sleep(LOOK_MS)) {
    const seen = await look();
    if (isGood(seen) || performance.now() > end) return seen;
  }
}

const isServing = (group: ServerGroup): boolean => !group.isDisabled;

/** What keeps server groups from being one that serves whole beside others that get nothing. */
export function groupProblems(
  groups: readonly ServerGroup[],
  { size, choices }: { readonly size: number; readonly choices: readonly string[] },
): string[] {
  const serving = groups.filter(isServing);
  const alone = serving.length === 1 && choices.includes(serving[0]?.name ?? '');
  return [
    ...(alone
      ? []
      : [
          `${serving.map(({ name }) => name).join(' and ') || 'nothing'} serves, and only ${choices.join(' or ')} should`,
        ]),
    ...serving
      .filter(({ capacity, instanceCounts }) => capacity.desired !== size || instanceCounts.up !== size)
      .map(
        ({ name, capacity, instanceCounts }) =>
          `${name} has ${instanceCounts.up} of ${capacity.desired} up, not ${size}`,
      ),
    ...groups.flatMap(({ name, holds = [] }) =>
      holds.map((hold) => `${name} has the hold ${hold.name}: ${hold.reason}`),
    ),
  ];
}

/** What the cloud has that does not belong to the server group that serves, and what that lacks. */
export function inventoryProblems(inventory: Inventory, serving: string | undefined, size: number): string[] {
  const problems: string[] = [];
  const expect = (what: string, seen: readonly string[], count: number, isRight: (name: string) => boolean): void => {
    const strange = seen.filter((name) => !isRight(name));
    if (strange.length > 0) problems.push(`${what} left: ${strange.join(', ')}`);
    if (seen.length - strange.length !== count)
      problems.push(`${seen.length - strange.length} ${what} of ${serving ?? 'nothing'}, not ${count}`);
  };
  const own = serving === undefined ? 0 : 1;
  expect('managed groups', inventory.groups, own, (name) => name === serving);
  expect('instances', inventory.instances, own * size, (name) => groupOf(name) === serving);
  expect('disks', inventory.disks, own * size, (name) => groupOf(name) === serving);
  expect('templates', inventory.templates, own, (name) => serving !== undefined && name.startsWith(serving));
  expect('backends', inventory.backends, own, (name) => name === `${serving} x 1`);
  return problems;
}
