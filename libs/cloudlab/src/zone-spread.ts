import type { TargetShape } from './group-manager-schema.ts';

/** What the spread looks at. */
interface Placed {
  readonly zone: string;
}

interface Removable extends Placed {
  readonly path: string;
  readonly settled: boolean;
  readonly pinned: boolean;
  readonly createdAt: string;
}

/** The zone that the next instance goes to. */
export function zoneForNext(
  group: { readonly zones: readonly string[]; readonly fullZones: ReadonlySet<string>; readonly shape: TargetShape },
  present: readonly Placed[],
): string {
  const open = group.zones.filter((zone) => !group.fullZones.has(zone));
  const choice = group.shape === 'EVEN' || open.length === 0 ? group.zones : open;
  const count = (zone: string): number => present.filter((each) => each.zone === zone).length;
  const better = group.shape === 'ANY_SINGLE_ZONE' ? most : least;
  return choice.reduce((best, zone) => (better(count(zone), count(best)) ? zone : best), choice[0] ?? '');
}

/** Zones that have more than one instance more than the emptiest; instances outside of the group's zones crowd too. */
export function crowdedZones(zones: readonly string[], present: readonly Placed[]): ReadonlySet<string> {
  const count = (zone: string): number => present.filter((each) => each.zone === zone).length;
  const fewest = Math.min(...zones.map(count));
  return new Set(present.map(({ zone }) => zone).filter((zone) => !zones.includes(zone) || count(zone) - fewest > 1));
}

/**
 * The instances to delete so that the rest lies evenly: what holds something to keep goes last, then it is the fullest
 * zone's turn, and in it what does not run yet, then the youngest.
 */
export function evenSurplus<M extends Removable>(present: readonly M[], count: number): M[] {
  const size = new Map<string, number>();
  for (const { zone } of present) size.set(zone, (size.get(zone) ?? 0) + 1);
  const taken: M[] = [];
  for (const pinned of [false, true]) {
    const lines = new Map<string, M[]>();
    for (const member of [...present].filter((each) => each.pinned === pinned).sort(goesBefore)) {
      const line = lines.get(member.zone);
      if (line === undefined) lines.set(member.zone, [member]);
      else line.push(member);
    }
    while (taken.length < count) {
      const [zone] = [...lines]
        .filter(([, line]) => line.length > 0)
        .reduce<[string | undefined, number]>(
          (best, [each]) => ((size.get(each) ?? 0) > best[1] ? [each, size.get(each) ?? 0] : best),
          [undefined, 0],
        );
      const victim = zone === undefined ? undefined : lines.get(zone)?.shift();
      if (zone === undefined || victim === undefined) break;
      size.set(zone, (size.get(zone) ?? 1) - 1);
      taken.push(victim);
    }
  }
  return taken;
}

function goesBefore(a: Removable, b: Removable): number {
  return (
    Number(a.settled) - Number(b.settled) ||
    (a.createdAt < b.createdAt ? 1 : a.createdAt > b.createdAt ? -1 : 0) ||
    (a.path < b.path ? 1 : -1)
  );
}

function least(count: number, best: number): boolean {
  return count < best;
}

function most(count: number, best: number): boolean {
  return count > best;
}
