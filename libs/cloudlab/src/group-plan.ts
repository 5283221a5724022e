/** An instance of a group as the plan sees it. */
export interface Member {
  readonly path: string;
  readonly zone: string;
  /** Runs and nothing is being done to it. */
  readonly settled: boolean;
  /** It is being deleted: it no longer counts. */
  readonly leaving: boolean;
  /** Grows with age: of two equals the younger one goes first. */
  readonly createdAt: string;
}

/** What to do next for a group. */
export interface GroupPlan {
  /** A zone for each instance to create. */
  readonly create: readonly string[];
  /** Paths of instances to delete. */
  readonly remove: readonly string[];
}

/**
 * The next steps from what is there to what should be: as many instances as wanted, spread evenly over the zones.
 * A group of the right size that is lopsided moves one instance at a time, and only while nothing else goes on.
 */
export function planGroup(group: {
  readonly targetSize: number;
  readonly zones: readonly string[];
  readonly members: readonly Member[];
  readonly redistribute: boolean;
}): GroupPlan {
  const present = group.members.filter((member) => !member.leaving);
  const perZone = new Map(group.zones.map((zone) => [zone, present.filter((member) => member.zone === zone).length]));
  const missing = group.targetSize - present.length;
  if (missing > 0) return { create: fill(perZone, missing), remove: [] };
  if (missing < 0) return { create: [], remove: surplus(present, -missing) };
  const counts = [...perZone.values()];
  const lopsided = counts.length > 1 && Math.max(...counts) - Math.min(...counts) > 1;
  if (!lopsided || !group.redistribute || group.members.some((member) => member.leaving || !member.settled)) {
    return { create: [], remove: [] };
  }
  return { create: fill(perZone, 1), remove: surplus(present, 1) };
}

function fill(perZone: ReadonlyMap<string, number>, count: number): string[] {
  const counts = new Map(perZone);
  return Array.from({ length: count }, () => {
    const [zone] = [...counts].reduce((least, each) => (each[1] < least[1] ? each : least));
    counts.set(zone, (counts.get(zone) ?? 0) + 1);
    return zone;
  });
}

function surplus(present: readonly Member[], count: number): string[] {
  const left = [...present];
  return Array.from({ length: count }, () => {
    const size = (zone: string): number => left.filter((member) => member.zone === zone).length;
    const [victim] = left.sort(
      (a, b) =>
        size(b.zone) - size(a.zone) ||
        Number(a.settled) - Number(b.settled) ||
        (a.createdAt < b.createdAt ? 1 : a.createdAt > b.createdAt ? -1 : 0) ||
        (a.path < b.path ? 1 : -1),
    );
    left.shift();
    return victim?.path ?? '';
  });
}
