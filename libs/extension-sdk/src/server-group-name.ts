import { parseName, serverGroupName } from '@gennaker/contracts/moniker';

const SEQUENCES = 1_000;

/** A server group's name that is in use, and when the group was made (epoch ms; Infinity: being made). */
export interface TakenName {
  readonly name: string;
  readonly createdTime: number;
}

/**
 * The next server group name of a cluster: one after the newest by creation, wrapping at 1000, skipping what is taken.
 * @throws Error when all are taken
 */
export function nextServerGroupName(cluster: string, taken: readonly TakenName[]): string {
  const sequenceOf = (name: string): number | undefined => {
    const moniker = parseName(name);
    return moniker?.cluster === cluster ? moniker.sequence : undefined;
  };
  const names = new Set(taken.map((entry) => entry.name));
  const newest = taken.reduce<TakenName | undefined>(
    (best, entry) => (!best || entry.createdTime > best.createdTime ? entry : best),
    undefined,
  );
  let next = newest ? ((sequenceOf(newest.name) ?? 0) + 1) % SEQUENCES : 0;
  for (let tried = 0; tried < SEQUENCES; tried++) {
    const name = serverGroupName(cluster, next);
    if (!names.has(name)) return name;
    next = (next + 1) % SEQUENCES;
  }
  throw new Error(`All ${SEQUENCES} names of cluster ${cluster} are taken; destroy server groups that are not needed.`);
}
