import { describe, expect, it } from 'vitest';

/*
 * The protocol of claim, mailbox and release as a small model, and every interleaving of it: two workers, letters that come
 * at any time, leases that end at any time, crashes at any step, commits that arrive late, twice, or whose outcome nobody
 * hears. Doorbells and announcements never arrive here: the sweeper and the claim's renewal alone must do.
 */

/** The execution's row. `due`: the sweeper looks at it. */
interface Row {
  owner: number | null;
  epoch: number;
  expired: boolean;
  version: number;
  mailSeq: number;
  applied: number;
  due: boolean;
}

/** What a worker has in memory. */
interface Worker {
  /** Out: works on nothing. Idle: holds a claim, as it believes. Waits: for a commit's outcome; asks: it reads back what became of it. */
  at: 'out' | 'idle' | 'waits' | 'asks';
  epoch: number;
  version: number;
  applied: number;
  /** Mail that it knows to be in the box. */
  known: number;
  commit?: Commit;
}

/** One statement on its way to the database. */
interface Commit {
  worker: number;
  epoch: number;
  from: number;
  to: number;
  /** Letters that the decision took. */
  letters: number[];
  applied: number;
  release: boolean;
}

interface World {
  row: Row;
  workers: Worker[];
  flying: Commit[];
  /** How often each letter's decision was written. */
  written: number[];
  crashes: number;
  expiries: number;
  losses: number;
}

/** Guards of the protocol that a test can take away, to see that they are needed. */
interface Without {
  readonly fence?: boolean;
  readonly mailAtRelease?: boolean;
  readonly mailIsDue?: boolean;
}

const LETTERS = 2;
const OUT: Worker = { at: 'out', epoch: 0, version: 0, applied: 0, known: 0 };

const beginning = (): World => ({
  row: { owner: null, epoch: 0, expired: false, version: 0, mailSeq: 0, applied: 0, due: true },
  workers: [{ ...OUT }, { ...OUT }],
  flying: [],
  written: Array.from({ length: LETTERS }, () => 0),
  crashes: 2,
  expiries: 1,
  losses: 1,
});

type Step = (world: World) => void;

/** Every step that could come next. `fair`: it comes in the end when it can; the others are faults, or letters. */
function* steps(world: World, without: Without): Generator<{ fair: boolean; take: Step }> {
  const { row } = world;
  if (row.mailSeq < LETTERS) yield { fair: false, take: (w) => post(w.row, without) };
  if (row.owner !== null && !row.expired && world.expiries > 0)
    yield { fair: false, take: (w) => (w.expiries--, (w.row.expired = true)) };
  // The lease of a worker that is gone ends in any case.
  const holder = row.owner === null ? undefined : world.workers[row.owner];
  if (row.owner !== null && !row.expired && (holder?.at === 'out' || holder?.epoch !== row.epoch))
    yield { fair: true, take: (w) => (w.row.expired = true) };
  for (const [index, worker] of world.workers.entries()) {
    if (worker.at === 'out') {
      if (row.due && (row.owner === null || row.expired)) yield { fair: true, take: (w) => claim(w, index) };
      continue;
    }
    if (world.crashes > 0) yield { fair: false, take: (w) => (w.crashes--, (w.workers[index] = { ...OUT })) };
    if (worker.at === 'idle') {
      yield { fair: true, take: (w) => renew(w, index) };
      if (worker.known > worker.applied) {
        yield { fair: true, take: (w) => decide(w, index, false) };
        yield { fair: true, take: (w) => decide(w, index, true) };
      } else yield { fair: true, take: (w) => decide(w, index, true) };
    } else if (worker.at === 'waits') {
      if (world.losses > 0) yield { fair: false, take: (w) => (w.losses--, (at(w, index).at = 'asks')) };
    } else yield { fair: true, take: (w) => readBack(w, index) };
  }
  for (const index of world.flying.keys()) yield { fair: true, take: (w) => land(w, index, without) };
}

function at(world: World, index: number): Worker {
  const worker = world.workers[index];
  if (!worker) throw new Error(`there is no worker ${index}`);
  return worker;
}

function post(row: Row, without: Without): void {
  row.mailSeq++;
  if (!without.mailIsDue) row.due = true;
}

function claim(world: World, index: number): void {
  const { row } = world;
  Object.assign(row, { owner: index, epoch: row.epoch + 1, expired: false, due: true });
  world.workers[index] = {
    at: 'idle',
    epoch: row.epoch,
    version: row.version,
    applied: row.applied,
    known: row.mailSeq,
  };
}

function renew(world: World, index: number): void {
  const { row } = world;
  const worker = at(world, index);
  if (row.owner !== index || row.epoch !== worker.epoch || row.expired) world.workers[index] = { ...OUT };
  else worker.known = row.mailSeq;
}

/** Reads the mail, decides upon it and sends the commit. */
function decide(world: World, index: number, release: boolean): void {
  const worker = at(world, index);
  const upTo = worker.known > worker.applied ? world.row.mailSeq : worker.applied;
  const letters = Array.from({ length: upTo - worker.applied }, (_, each) => worker.applied + each);
  const to = worker.version + (letters.length > 0 ? 1 : 0);
  const { epoch, version: from } = worker;
  worker.commit = { worker: index, epoch, from, to, letters, applied: upTo, release };
  worker.at = 'waits';
  world.flying.push({ ...worker.commit });
}

/** The statement takes place, and its sender hears of it if it still waits for just that. */
function land(world: World, flight: number, without: Without): void {
  const { row } = world;
  const [commit] = world.flying.splice(flight, 1);
  if (!commit) return;
  const mine = row.owner === commit.worker && row.epoch === commit.epoch && row.version === commit.from;
  const counts = without.fence ? row.owner !== null : mine;
  if (counts) {
    row.version = commit.to;
    row.applied = commit.applied;
    for (const letter of commit.letters) world.written[letter] = (world.written[letter] ?? 0) + 1;
    if (commit.release && (without.mailAtRelease || row.mailSeq <= commit.applied))
      Object.assign(row, { owner: null, expired: false, due: false });
  }
  const worker = at(world, commit.worker);
  if (worker.at !== 'waits' || worker.epoch !== commit.epoch || worker.commit?.from !== commit.from) return;
  if (counts) committed(world, commit.worker, row.owner === null);
  else world.workers[commit.worker] = { ...OUT };
}

function committed(world: World, index: number, released: boolean): void {
  const worker = at(world, index);
  const { commit } = worker;
  if (released || !commit) {
    world.workers[index] = { ...OUT };
    return;
  }
  const known = Math.max(worker.known, world.row.mailSeq);
  world.workers[index] = { at: 'idle', epoch: worker.epoch, version: commit.to, applied: commit.applied, known };
}

/** Nobody said what became of the commit: the row tells; what was not written is sent again. */
function readBack(world: World, index: number): void {
  const { row } = world;
  const worker = at(world, index);
  const { commit } = worker;
  if (!commit || row.epoch !== worker.epoch) world.workers[index] = { ...OUT };
  else if (row.version === commit.to && commit.to > commit.from) committed(world, index, row.owner === null);
  else if (row.owner !== index) world.workers[index] = { ...OUT };
  else {
    worker.at = 'waits';
    world.flying.push({ ...commit });
  }
}

/** Nothing more is to be done: all letters were taken, and nobody holds the claim. */
function isGood({ row }: World): boolean {
  return row.owner === null && row.applied === row.mailSeq && row.mailSeq === LETTERS;
}

/** What is never so. */
function broken({ written, row }: World): string | undefined {
  const twice = written.findIndex((times) => times > 1);
  if (twice >= 0) return `letter ${twice} was taken twice`;
  const lost = written.findIndex((times, letter) => times === 0 && letter < row.applied);
  return lost >= 0 ? `letter ${lost} counts as taken and was not` : undefined;
}

/**
 * One text for all worlds that differ only in what means nothing: which of the workers is which, how high epochs are, the
 * order of what flies, and late commits that nobody waits for and the row refuses.
 */
function signature(world: World, without: Without): string {
  const { row } = world;
  const since = row.epoch;
  row.epoch = 0;
  for (const worker of world.workers) {
    if (worker.at !== 'out') worker.epoch -= since;
    if (worker.commit) worker.commit.epoch = worker.epoch;
  }
  for (const commit of world.flying) commit.epoch -= since;
  if (!without.fence)
    world.flying = world.flying.filter((commit) => {
      const sender = at(world, commit.worker);
      const isAwaited = sender.at === 'waits' && sender.epoch === commit.epoch && sender.commit?.from === commit.from;
      const mayCount = row.owner === commit.worker && row.epoch === commit.epoch && row.version === commit.from;
      return isAwaited || mayCount;
    });
  const text = (): string => {
    world.flying = world.flying
      .map((commit) => ({ commit, text: JSON.stringify(commit) }))
      .toSorted((a, b) => (a.text < b.text ? -1 : 1))
      .map(({ commit }) => commit);
    return JSON.stringify(world);
  };
  const one = text();
  world.workers.reverse();
  if (row.owner !== null) row.owner = 1 - row.owner;
  for (const commit of world.flying) commit.worker = 1 - commit.worker;
  for (const { commit } of world.workers) if (commit) commit.worker = 1 - commit.worker;
  const other = text();
  return one < other ? one : other;
}

/** All worlds that can come to be, breadth first. Answers what is wrong in one of them, or how many there are. */
function explore(without: Without = {}): { problem?: string; worlds: number } {
  const first = signature(beginning(), without);
  const ids = new Map([[first, 0]]);
  const queue = [first];
  const fairly: number[][] = [];
  const good: number[] = [];
  for (let id = 0; id < queue.length; id++) {
    const text = queue[id] ?? first;
    const world = JSON.parse(text) as World;
    const problem = broken(world);
    if (problem) return { problem, worlds: ids.size };
    if (isGood(world)) good.push(id);
    for (const { fair, take } of steps(world, without)) {
      const next = JSON.parse(text) as World;
      take(next);
      const key = signature(next, without);
      let other = ids.get(key);
      if (other === undefined) {
        other = ids.size;
        ids.set(key, other);
        queue.push(key);
      }
      // Letters come in the end, too: they are no fault.
      if (fair || next.row.mailSeq > world.row.mailSeq) (fairly[other] ??= []).push(id);
    }
  }
  const saved = new Set(good);
  const walk = [...good];
  for (let id = walk.pop(); id !== undefined; id = walk.pop())
    for (const before of fairly[id] ?? [])
      if (!saved.has(before)) {
        saved.add(before);
        walk.push(before);
      }
  const stuck = queue.findIndex((_, id) => !saved.has(id));
  return stuck < 0
    ? { worlds: ids.size }
    : { worlds: ids.size, problem: `a letter is never taken, or a claim never given back: ${queue[stuck]}` };
}

describe('claim, mailbox and release, in every order of every step', () => {
  it('no letter is lost or taken twice, and whatever fails, the execution goes on without further faults', () => {
    const { problem, worlds } = explore();
    expect(problem).toBeUndefined();
    expect(worlds).toBeGreaterThan(10_000);
  }, 60_000);

  it.each([
    ['the fence of owner, epoch and version at each commit', { fence: true }, 'twice'],
    ['the look at the mailbox when a claim is given back', { mailAtRelease: true }, 'never taken'],
    ['mail making the execution due for the sweeper', { mailIsDue: true }, 'never taken'],
  ] as const)(
    'needs %s',
    (_, without, problem) => {
      expect(explore(without).problem).toContain(problem);
    },
    60_000,
  );
});
