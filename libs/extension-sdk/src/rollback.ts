import type { ServerGroup } from '@gennaker/contracts/clouddriver';

/** Newest first: by creation, not by number. */
const newestFirst = (a: ServerGroup, b: ServerGroup): number =>
  b.createdTime - a.createdTime || b.name.localeCompare(a.name);

/** The server group of a cluster that a new one replaces: the newest enabled one that is older than it. */
export function previousServerGroup(groups: readonly ServerGroup[], name: string): ServerGroup | undefined {
  const sorted = groups.toSorted(newestFirst);
  const index = sorted.findIndex((group) => group.name === name);
  return index < 0 ? undefined : sorted.slice(index + 1).find((group) => !group.isDisabled);
}

/** What a rollback of a cluster in one region does, and why just that. */
export interface RollbackChoice {
  /** EXPLICIT: an existing server group serves again. PREVIOUS_IMAGE: one is made from an image. */
  readonly type: 'EXPLICIT' | 'PREVIOUS_IMAGE';
  /** The server group that goes out of service. */
  readonly from: ServerGroup;
  /** Of EXPLICIT. */
  readonly restore?: ServerGroup;
  /** Of PREVIOUS_IMAGE. */
  readonly image?: string;
  /** A sentence. */
  readonly why: string;
}

/** What a rollback is asked for beside the cluster. */
export interface RollbackWish {
  /** Goes out of service; absent: the newest enabled one. */
  readonly from?: string | undefined;
  /** Serves again; absent: what `from` is known to have replaced, or the next older one. */
  readonly restore?: string | undefined;
  /** Only what serves now may be restored: nothing has to be started for it. */
  readonly onlyEnabled?: boolean | undefined;
}

/** A choice, or a sentence that says why there is none. */
export type RollbackAnswer = { readonly choice: RollbackChoice } | { readonly problem: string };

/** Decides what a rollback of a cluster in one region does. `groups`: all server groups of the cluster there. */
export function chooseRollback(groups: readonly ServerGroup[], wish: RollbackWish = {}): RollbackAnswer {
  const sorted = groups.toSorted(newestFirst);
  const names = sorted.map((group) => `${group.name}${group.isDisabled ? ' (disabled)' : ''}`).join(', ') || 'none';
  const from =
    wish.from === undefined
      ? sorted.find((group) => !group.isDisabled)
      : sorted.find((group) => group.name === wish.from);
  if (!from)
    return {
      problem:
        wish.from === undefined
          ? `no server group is enabled, so that there is nothing to roll back from; there is ${names}`
          : `${wish.from} does not exist; there is ${names}`,
    };
  const others = sorted.filter((group) => group !== from && (!wish.onlyEnabled || !group.isDisabled));
  const explicit = (restore: ServerGroup, why: string): RollbackAnswer => ({
    choice: { type: 'EXPLICIT', from, restore, why: `restores ${restore.name}: ${why}` },
  });
  if (wish.restore !== undefined) {
    const named = others.find((group) => group.name === wish.restore);
    return named
      ? explicit(named, 'it was named')
      : {
          problem: `${wish.restore} ${groups.some((group) => group.name === wish.restore) ? 'is not enabled' : 'does not exist'}; there is ${names}`,
        };
  }
  const recorded = from.previousServerGroup;
  if (recorded) {
    const { image } = recorded;
    const same = others.find((group) => group.name === recorded.name);
    if (same)
      return explicit(
        same,
        image ? `its image ${image} is recorded as what ${from.name} replaced` : `${from.name} replaced it`,
      );
    const alike = image === undefined ? undefined : others.find((group) => group.image === image);
    if (alike) return explicit(alike, `it runs image ${image}, which ${from.name} replaced`);
    if (image !== undefined && !wish.onlyEnabled)
      return {
        choice: {
          type: 'PREVIOUS_IMAGE',
          from,
          image,
          why: `makes a server group from image ${image}, which ${from.name} replaced: ${recorded.name} does not exist any more`,
        },
      };
  }
  const older = others.filter((group) => newestFirst(from, group) < 0);
  const [next] = older;
  if (next) return explicit(next, `it is the newest one before ${from.name}, of which nothing is recorded`);
  return { problem: `${from.name} is the only one that could serve; there is ${names}` };
}

/** How much of a restored server group must be healthy when nobody says it: all of a small one, of a bigger one nearly all. */
export function rollbackHealthyPercentage(desired: number): number {
  if (desired < 10) return 100;
  return desired < 20 ? 90 : 95;
}
