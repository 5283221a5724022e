import type { Amount, TargetShape, UpdateAction } from './group-manager-schema.ts';
import { versionTargets } from './version-targets.ts';
import { crowdedZones, evenSurplus, zoneForNext } from './zone-spread.ts';

/** An instance of a group as the plan sees it. */
export interface Member {
  readonly path: string;
  readonly zone: string;
  /** Position of the version that it has or is being given; -1 when the group has no such version any more. */
  readonly version: number;
  /** Nothing is being done to it. */
  readonly settled: boolean;
  /** It runs, nothing is being done to it, and it proved to be healthy where that is asked. */
  readonly available: boolean;
  /** Its last start failed. */
  readonly failing: boolean;
  /** It is being deleted: it no longer counts. */
  readonly leaving: boolean;
  /** Something of it is to be kept, so it is replaced in its place and goes last. */
  readonly pinned: boolean;
  /** Grows with age: of two equals the younger one goes first. */
  readonly createdAt: string;
}

/** A group as the plan sees it. */
export interface PlannedGroup {
  readonly targetSize: number;
  readonly zones: readonly string[];
  /** Zones that have no room now; shapes that may avoid them do. */
  readonly fullZones: ReadonlySet<string>;
  readonly shape: TargetShape;
  readonly redistribute: boolean;
  /** Size of each version, absent for the one that takes the rest. */
  readonly versions: readonly (Amount | undefined)[];
  readonly proactive: boolean;
  readonly surge: number;
  readonly unavailable: number;
  /** Replacements keep their name. */
  readonly inPlace: boolean;
  /** Names that are to be made before any other. */
  readonly reserved: readonly { readonly name: string; readonly zone: string | undefined }[];
  readonly members: readonly Member[];
  /** What it takes to bring a member to a version; undefined when the policy does not allow it. */
  actionFor(path: string, version: number): UpdateAction | undefined;
}

/** An instance to make. */
export interface Creation {
  readonly zone: string;
  readonly version: number;
  /** Absent: any fresh name. */
  readonly name?: string;
}

/** What to do next for a group. */
export interface GroupPlan {
  readonly create: readonly Creation[];
  /** Paths of instances to delete. */
  readonly remove: readonly string[];
  /** Instances to change where they are. */
  readonly update: readonly { readonly path: string; readonly version: number; readonly action: UpdateAction }[];
}

/**
 * The next steps from what is there to what should be: as many instances as wanted, of the versions that are wanted,
 * spread over the zones. While versions change, no more than `surge` instances are there beyond the target, and
 * nothing available is taken away that would leave fewer than the target less `unavailable`.
 */
export function planGroup(group: PlannedGroup): GroupPlan {
  const { targetSize } = group;
  const present = group.members.filter((member) => !member.leaving);
  const { stale, deficits } = compare(group, present);
  const draft = new Draft(group, present);
  // Names that were asked for are part of the target, whatever else is there.
  draft.createNamed(deficits.splice(0, group.reserved.length));
  const missing = targetSize - draft.size;
  if (missing > 0) draft.create(deficits.splice(0, missing), []);
  if (missing < 0) shrink(draft, group, present, stale, -missing);
  if (group.proactive) {
    const rest = stale.filter(({ path }) => !draft.removed.includes(path));
    update(draft, group, rest, deficits);
  }
  if (missing === 0 && draft.isEmpty) spread(draft, group, present);
  return { create: draft.created, remove: draft.removed, update: draft.updated };
}

/** Takes away what is too much. */
function shrink(
  draft: Draft,
  group: PlannedGroup,
  present: readonly Member[],
  stale: readonly Member[],
  count: number,
): void {
  if (!group.proactive) {
    for (const member of evenSurplus(present, count)) draft.remove(member);
    return;
  }
  for (const member of stale.slice(0, count)) {
    const forced = draft.size > group.targetSize + group.surge;
    if (forced || draft.mayGo(member)) draft.remove(member);
    else {
      // One that cannot start is no reason to wait.
      const failing = present.find(
        (each) => each.failing && each.version === member.version && !draft.removed.includes(each.path),
      );
      if (failing !== undefined && member.version >= 0) draft.remove(failing);
    }
  }
}

/** The version that an instance of the group should have when it is made anew now. */
export function goalOf(group: PlannedGroup, path: string): number {
  const present = group.members.filter((member) => !member.leaving || member.path === path);
  const { stale, deficits } = compare(group, present);
  const position = stale.findIndex((member) => member.path === path);
  const own = group.members.find((member) => member.path === path)?.version ?? -1;
  if (position < 0 || (own >= 0 && deficits.length === 0)) return Math.max(0, own);
  return deficits[Math.min(position, deficits.length - 1)] ?? 0;
}

/** Brings stale members to the versions that lack some. */
function update(draft: Draft, group: PlannedGroup, stale: readonly Member[], deficits: readonly number[]): void {
  const replace: Member[] = [];
  const wanted: number[] = [];
  let position = 0;
  // What is to be kept can only become of a version in its place, so it has the first choice.
  const ordered = [...stale.filter(({ pinned }) => pinned), ...stale.filter(({ pinned }) => !pinned)];
  for (const member of ordered) {
    const version = deficits[position];
    if (version === undefined) break;
    const action = group.actionFor(member.path, version);
    if (action === undefined) continue;
    position++;
    // Where nothing may be missing even for a restart, a new one takes over.
    const substitute = action === 'REPLACE' || (action === 'RESTART' && group.unavailable === 0);
    if (substitute && !group.inPlace && !member.pinned) {
      replace.push(member);
      wanted.push(version);
    } else if (action === 'NONE' || action === 'REFRESH' || draft.mayGo(member)) {
      draft.updated.push({ path: member.path, version, action });
    }
  }
  const room = group.targetSize + group.surge - draft.size;
  draft.create(wanted.slice(0, Math.max(0, room)), stale);
  for (const member of replace.slice(Math.max(0, room))) if (draft.mayGo(member)) draft.remove(member);
}

/** Moves one instance of a group that lies unevenly over its zones, or of one that may avoid a zone without room. */
function spread(draft: Draft, group: PlannedGroup, present: readonly Member[]): void {
  if (group.shape !== 'EVEN') {
    const cramped = present.find(({ zone, failing }) => failing && group.fullZones.has(zone));
    const elsewhere = group.zones.some((zone) => !group.fullZones.has(zone));
    if (cramped !== undefined && elsewhere) draft.remove(cramped);
    return;
  }
  const busy = group.members.some(({ leaving, settled }) => leaving || !settled);
  if (busy || !group.redistribute || group.fullZones.has(zoneForNext(group, present))) return;
  const crowded = crowdedZones(group.zones, present);
  const [victim] = evenSurplus(
    present.filter(({ pinned, zone }) => !pinned && crowded.has(zone)),
    1,
  );
  if (victim === undefined) return;
  if (group.proactive && group.surge === 0 && !draft.mayGo(victim)) return;
  draft.create([Math.max(0, victim.version)], []);
  if (!group.proactive || group.surge === 0 || draft.mayGo(victim)) draft.remove(victim);
}

/** Members that no version wants, those to go first ahead, and the versions that lack members. */
function compare(group: PlannedGroup, present: readonly Member[]): { stale: Member[]; deficits: number[] } {
  const wants = versionTargets(group.versions, group.targetSize);
  const ordered = evenSurplus(present, present.length);
  const stale = new Set(ordered.filter(({ version }) => wants[version] === undefined));
  const deficits: number[] = [];
  wants.forEach((want, version) => {
    const members = ordered.filter((member) => member.version === version);
    for (const member of members.slice(0, Math.max(0, members.length - want))) stale.add(member);
    for (let i = members.length; i < want; i++) deficits.push(version);
  });
  const list = ordered.filter((member) => stale.has(member));
  // What is not up goes before what is, and what is to be kept last.
  const rank = ({ pinned, available }: Member): number => (pinned ? 2 : 0) + (available ? 1 : 0);
  return { stale: list.toSorted((a, b) => rank(a) - rank(b)), deficits };
}

/** A plan in the making: keeps count of what would be there. */
class Draft {
  readonly created: Creation[] = [];
  readonly removed: string[] = [];
  readonly updated: { path: string; version: number; action: UpdateAction }[] = [];
  readonly #group: PlannedGroup;
  readonly #present: readonly Member[];
  #available: number;

  constructor(group: PlannedGroup, present: readonly Member[]) {
    this.#group = group;
    this.#present = present;
    this.#available = present.filter(({ available }) => available).length;
  }

  get size(): number {
    return this.#present.length + this.created.length - this.removed.length;
  }

  get isEmpty(): boolean {
    return this.created.length + this.removed.length + this.updated.length === 0;
  }

  /** Makes one instance a version. @param going members that do not count for the spread, as they will leave */
  create(versions: readonly number[], going: readonly Member[]): void {
    for (const version of versions) this.created.push({ zone: this.#nextZone(going), version });
  }

  /** Makes the instances whose names are waited for, of these versions and then of the first. */
  createNamed(versions: readonly number[]): void {
    this.#group.reserved.forEach(({ name, zone }, position) => {
      this.created.push({ zone: zone ?? this.#nextZone([]), version: versions[position] ?? 0, name });
    });
  }

  #nextZone(going: readonly Member[]): string {
    const staying = this.#present.filter((each) => !going.includes(each) && !this.removed.includes(each.path));
    return zoneForNext(this.#group, [...staying, ...this.created]);
  }

  remove(member: Member): void {
    this.removed.push(member.path);
  }

  /** Whether the group can do without the member; counts it as gone when it can. */
  mayGo(member: Member): boolean {
    if (!member.available) return true;
    if (this.#available - 1 >= this.#group.targetSize - this.#group.unavailable) {
      this.#available--;
      return true;
    }
    return false;
  }
}
