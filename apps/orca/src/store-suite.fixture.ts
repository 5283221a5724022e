import { randomUUID } from 'node:crypto';
import type { Person } from '@gennaker/contracts/people';
import { isComplete } from '@gennaker/contracts/status';
import { createExecution } from '@gennaker/engine/create';
import type { EngineEvent, EventBody } from '@gennaker/engine/events';
import { evolve } from '@gennaker/engine/evolve';
import type { ExecutionState, Json } from '@gennaker/engine/model';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { changes } from './actor.ts';
import type { Mail } from './mailbox.ts';
import type { Prepared } from './start-part.ts';
import type { Outcome, Transition } from './transition.ts';

/** What a worker has when it has claimed an execution. */
export interface StoreClaim {
  readonly owner: string;
  readonly epoch: number;
  readonly state: ExecutionState;
  /** What of the state the rows show. */
  readonly shown: ExecutionState | undefined;
  readonly mailSeq: number;
  readonly mailApplied: number;
}

/** The store that the engine's shell works on. Workers are told apart by name. */
export interface EngineStore {
  /** Stores an execution that nobody works on yet; false: it is there already. */
  start(prepared: Prepared): Promise<boolean>;
  claim(worker: string, id: string): Promise<StoreClaim | undefined>;
  commit(transition: Transition): Promise<Outcome>;
  /** Undefined: it has ended and takes no such mail. */
  post(id: string, key: string, mail: Mail): Promise<{ readonly seq: number; readonly repeated: boolean } | undefined>;
  /** Mail after `applied`, in order. */
  mail(id: string, applied: number): Promise<readonly { readonly seq: number; readonly message: Mail }[]>;
  /** Executions that the sweeper would take up now. */
  due(): Promise<readonly string[]>;
  /** Makes everything that is stored so much older, ms. */
  pass(ms: number): Promise<void>;
}

/** How long a claim lasts here, ms: far from what tests let pass, so that their own time does not matter. */
export const SUITE_LEASE_MS = 65_000;
const MINUTE_MS = 60_000;
const PERSON: Person = { user: 'ada', roles: ['ops'], admin: false };
const PAUSE: Mail = { type: 'Pause', user: 'ada' };

/** An execution of one stage, ready to be stored; `correlationId` is its trigger's, `context` the stage's. */
export function prepared(id: string, correlationId?: string, context: Json = {}): Prepared {
  const event = createExecution({
    id,
    type: 'PIPELINE',
    application: 'app',
    name: 'pipe',
    trigger: { type: 'manual', parameters: {}, ...(correlationId === undefined ? {} : { correlationId }) },
    by: PERSON,
    stages: [{ type: 'wait', ...context }],
    now: Date.now(),
  });
  if (event.type !== 'ExecutionCreated') throw new Error('an execution begins with its creation');
  return { event, state: evolve(undefined, event), trace: '', key: undefined };
}

const firstStage = (state: ExecutionState): string => Object.keys(state.stages)[0] ?? '';

/** What a step of a worker does. */
interface Step {
  /** `note`: a setting that the step leaves in the stage; `end`, `restart`: the execution ends, or runs again. */
  readonly does?: { readonly note: string } | 'end' | 'restart';
  /** Mail up to this number was decided upon; absent: as before. */
  readonly applied?: number;
  readonly release?: boolean;
  readonly wakeAt?: number;
  /** Only the history is written, as while a claim is held. */
  readonly behind?: boolean;
}

function bodyOf(state: ExecutionState, does: NonNullable<Step['does']>): EventBody {
  const stageId = firstStage(state);
  if (does === 'end') return { type: 'ExecutionCompleted', status: 'SUCCEEDED' };
  if (does !== 'restart') return { type: 'StagePatched', stageId, context: { note: does.note }, user: PERSON.user };
  return {
    type: 'ExecutionRestarted',
    stageId,
    by: PERSON.user,
    stages: [{ id: stageId, context: {}, outputs: {} }],
    removed: [],
  };
}

/** The transition of a step, under a claim. */
function transitionOf(claim: StoreClaim, step: Step): Transition {
  const before = claim.state;
  let state = before;
  const events: EngineEvent[] = [];
  if (step.does !== undefined) {
    const event = { ...bodyOf(before, step.does), sequence: before.version + 1, at: Date.now() };
    events.push(event);
    state = evolve(before, event);
  }
  // Whoever ends an execution gives it back, as an actor does.
  const release = step.release === true || isComplete(state.status);
  return {
    owner: claim.owner,
    epoch: claim.epoch,
    from: before.version,
    state,
    events,
    inputs: [],
    trace: '',
    rows: step.behind && !release ? undefined : changes(claim.shown, state),
    mailApplied: step.applied ?? claim.mailApplied,
    wakeAt: step.wakeAt,
    release,
  };
}

/** The claim as it is after a commit of a transition under it. */
const after = (claim: StoreClaim, { state, mailApplied, rows }: Transition): StoreClaim => ({
  ...claim,
  state,
  shown: rows ? state : claim.shown,
  mailApplied,
});

/** What every store keeps, that in PostgreSQL and that in memory. `store` answers the one under test. */
export function storeSuite(name: string, store: () => EngineStore): void {
  const begun = async (): Promise<string> => {
    const id = randomUUID();
    expect(await store().start(prepared(id))).toBe(true);
    return id;
  };
  const claimed = async (worker: string, id: string): Promise<StoreClaim> => {
    const claim = await store().claim(worker, id);
    if (!claim) throw new Error(`${worker} could not claim ${id}`);
    return claim;
  };
  const commit = (claim: StoreClaim, step: Step): Promise<Outcome> => store().commit(transitionOf(claim, step));
  const noteOf = ({ state }: StoreClaim): unknown => state.stages[firstStage(state)]?.context['note'];

  describe(`claims ${name}`, () => {
    it('are held by one worker alone, however many ask at once', async () => {
      const id = await begun();
      const claims = await Promise.all(['a', 'b', 'a', 'b'].map((worker) => store().claim(worker, id)));
      expect(claims.filter((claim) => claim !== undefined)).toHaveLength(1);
    });
    it('go to another when the lease has ended, under the next epoch', async () => {
      const id = await begun();
      const first = await claimed('a', id);
      expect(await store().claim('b', id)).toBeUndefined();
      await store().pass(SUITE_LEASE_MS + 5_000);
      expect((await claimed('b', id)).epoch).toBe(first.epoch + 1);
    });
    it('are renewed by a commit', async () => {
      const id = await begun();
      const claim = await claimed('a', id);
      await store().pass(SUITE_LEASE_MS - 15_000);
      await commit(claim, { does: { note: 'one' } });
      await store().pass(SUITE_LEASE_MS - 15_000);
      expect(await store().claim('b', id)).toBeUndefined();
    });
    it('cannot be had for what is unknown or has ended', async () => {
      const id = await begun();
      await commit(await claimed('a', id), { does: 'end' });
      expect(await store().claim('a', id)).toBeUndefined();
      expect(await store().claim('a', randomUUID())).toBeUndefined();
    });
  });

  describe(`transitions ${name}`, () => {
    it('are what the next worker goes on from', async () => {
      const id = await begun();
      const claim = await claimed('a', id);
      const one = transitionOf(claim, { does: { note: 'one' } });
      await store().commit(one);
      const two = transitionOf(after(claim, one), { does: { note: 'two' }, release: true });
      await store().commit(two);
      expect((await claimed('b', id)).state).toEqual(two.state);
    });
    it('that wrote the history alone are what the next worker goes on from, when theirs was lost', async () => {
      const id = await begun();
      let claim = await claimed('a', id);
      for (const note of ['one', 'two', 'three']) {
        const step = transitionOf(claim, { does: { note }, behind: note !== 'two' });
        expect(await store().commit(step)).toMatchObject({ kind: 'committed', released: false });
        claim = after(claim, step);
      }
      await store().pass(SUITE_LEASE_MS + 5_000);
      const next = await claimed('b', id);
      expect(next.state).toEqual(claim.state);
      const last = transitionOf(next, { does: { note: 'four' }, release: true });
      await store().commit(last);
      expect((await claimed('a', id)).state).toEqual(last.state);
    });
    it('of a worker that lost its claim write nothing', async () => {
      const id = await begun();
      const old = await claimed('a', id);
      await store().pass(SUITE_LEASE_MS + 5_000);
      const mine = await claimed('b', id);
      expect(await commit(old, { does: { note: 'late' }, release: true })).toEqual({ kind: 'fenced' });
      expect(await commit(mine, { does: { note: 'mine' }, release: true })).toMatchObject({ released: true });
      expect(noteOf(await claimed('a', id))).toBe('mine');
    });
    it('of an earlier claim of the same worker write nothing', async () => {
      const id = await begun();
      const old = await claimed('a', id);
      await store().pass(SUITE_LEASE_MS + 5_000);
      await claimed('a', id);
      expect(await commit(old, { does: { note: 'late' } })).toEqual({ kind: 'fenced' });
    });
    it('of a claim that was given back write nothing', async () => {
      const id = await begun();
      const claim = await claimed('a', id);
      expect(await commit(claim, { release: true })).toMatchObject({ released: true });
      expect(await commit(claim, { does: { note: 'late' } })).toEqual({ kind: 'fenced' });
    });
    it('are made once per version: what was committed already is not committed again', async () => {
      const id = await begun();
      const claim = await claimed('a', id);
      const once = transitionOf(claim, { does: { note: 'once' } });
      expect(await store().commit(once)).toMatchObject({ kind: 'committed' });
      expect(await store().commit(once)).toEqual({ kind: 'fenced' });
      expect(await commit(claim, { does: { note: 'other' } })).toEqual({ kind: 'fenced' });
    });
    it('of an execution that is there already are not begun anew by a second start', async () => {
      const id = await begun();
      await commit(await claimed('a', id), { does: { note: 'one' }, release: true });
      expect(await store().start(prepared(id))).toBe(false);
      expect(noteOf(await claimed('a', id))).toBe('one');
    });
  });

  describe(`mail ${name}`, () => {
    it('keeps a claim from being given back until it was read', async () => {
      const id = await begun();
      const claim = await claimed('a', id);
      await store().post(id, 'first', PAUSE);
      const refused = transitionOf(claim, { does: { note: 'unread' }, release: true });
      expect(await store().commit(refused)).toEqual({ kind: 'committed', released: false, mailSeq: 1 });
      expect(await store().claim('b', id)).toBeUndefined();
      expect(await store().mail(id, 0)).toEqual([{ seq: 1, message: PAUSE }]);
      expect(await commit(after(claim, refused), { applied: 1, release: true })).toMatchObject({ released: true });
      expect(await store().mail(id, 1)).toEqual([]);
    });
    it('is numbered in the order in which it came, without gaps, and taken once per key', async () => {
      const id = await begun();
      const posted = [];
      for (const key of ['a', 'b', 'a', 'c']) posted.push(await store().post(id, key, PAUSE));
      expect(posted).toMatchObject([
        { seq: 1, repeated: false },
        { seq: 2, repeated: false },
        { seq: 1, repeated: true },
        { seq: 3, repeated: false },
      ]);
      expect((await store().mail(id, 1)).map(({ seq }) => seq)).toEqual([2, 3]);
    });
    it('from many at once is all there', async () => {
      const id = await begun();
      await Promise.all(Array.from({ length: 12 }, (_, each) => store().post(id, String(each), PAUSE)));
      expect((await store().mail(id, 0)).map(({ seq }) => seq)).toEqual(
        Array.from({ length: 12 }, (_, each) => each + 1),
      );
      expect((await claimed('a', id)).mailSeq).toBe(12);
    });
    it('for what has ended is refused, but for what runs it again, which opens it', async () => {
      const id = await begun();
      await commit(await claimed('a', id), { does: 'end' });
      expect(await store().post(id, 'pause', PAUSE)).toBeUndefined();
      const restart: Mail = { type: 'Restart', stageId: 's', by: { ...PERSON, via: 'session' }, admitted: true };
      expect(await store().post(id, 'restart', restart)).toMatchObject({ seq: 1 });
      const claim = await claimed('b', id);
      expect(claim).toMatchObject({ mailSeq: 1, mailApplied: 0, state: { status: 'SUCCEEDED' } });
      await commit(claim, { does: 'restart', applied: 1, release: true });
      expect((await claimed('a', id)).state.status).toBe('RUNNING');
    });
  });

  describe(`what is due ${name}`, () => {
    const isDue = async (id: string): Promise<boolean> => (await store().due()).includes(id);

    it('is what nobody took up after its start, or after mail', async () => {
      const id = await begun();
      await store().pass(5_000);
      expect(await isDue(id)).toBe(true);
      await commit(await claimed('a', id), { does: { note: 'waits for mail' }, release: true });
      await store().pass(MINUTE_MS);
      expect(await isDue(id)).toBe(false);
      await store().post(id, 'first', PAUSE);
      await store().pass(5_000);
      expect(await isDue(id)).toBe(true);
    });
    it('is what waited for its time, and what a worker was lost with', async () => {
      const id = await begun();
      const claim = await claimed('a', id);
      expect(await isDue(id)).toBe(false);
      await store().pass(SUITE_LEASE_MS + 5_000);
      expect(await isDue(id)).toBe(true);
      await commit(claim, { does: { note: 'waits' }, release: true, wakeAt: Date.now() + 5 * MINUTE_MS });
      await store().pass(4 * MINUTE_MS);
      expect(await isDue(id)).toBe(false);
      await store().pass(2 * MINUTE_MS);
      expect(await isDue(id)).toBe(true);
    });
    it('is nothing that has ended', async () => {
      const id = await begun();
      await commit(await claimed('a', id), { does: 'end' });
      await store().pass(10 * MINUTE_MS);
      expect(await isDue(id)).toBe(false);
    });
  });
}

type Move =
  | { readonly do: 'claim'; readonly worker: 'a' | 'b' }
  | {
      readonly do: 'commit';
      readonly worker: 'a' | 'b';
      readonly does: 'note' | 'end' | 'restart' | 'nothing';
      readonly reads: boolean;
      readonly release: boolean;
      readonly wakes: boolean;
      readonly behind: boolean;
    }
  | { readonly do: 'post'; readonly key: string; readonly type: 'Pause' | 'Restart' }
  | { readonly do: 'pass'; readonly ms: number };

const worker = fc.constantFrom('a' as const, 'b' as const);
const moves: fc.Arbitrary<Move[]> = fc.array(
  fc.oneof(
    fc.record({ do: fc.constant('claim' as const), worker }),
    fc.record({
      do: fc.constant('commit' as const),
      worker,
      does: fc.constantFrom('note' as const, 'note' as const, 'end' as const, 'restart' as const, 'nothing' as const),
      reads: fc.boolean(),
      release: fc.boolean(),
      wakes: fc.boolean(),
      behind: fc.boolean(),
    }),
    fc.record({
      do: fc.constant('post' as const),
      key: fc.constantFrom('k1', 'k2', 'k3', 'k4'),
      type: fc.constantFrom('Pause' as const, 'Restart' as const),
    }),
    fc.record({ do: fc.constant('pass' as const), ms: fc.constantFrom(10_000, 30_000, 70_000, 370_000) }),
  ),
  { minLength: 4, maxLength: 24 },
);

/** Does the moves on a store, one after another, as workers that remember their claims would; answers all that can be seen. */
async function seen(store: EngineStore, list: readonly Move[]): Promise<unknown[]> {
  const id = randomUUID();
  const claims: Partial<Record<'a' | 'b', StoreClaim>> = {};
  const log: unknown[] = [await store.start(prepared(id))];
  for (const move of list) {
    if (move.do === 'pass') await store.pass(move.ms);
    else if (move.do === 'post') {
      const by = { ...PERSON, via: 'session' } as const;
      const mail: Mail = move.type === 'Pause' ? PAUSE : { type: 'Restart', stageId: 's', by, admitted: true };
      log.push(await store.post(id, move.key, mail));
    } else if (move.do === 'claim') {
      const claim = await store.claim(move.worker, id);
      if (claim) claims[move.worker] = claim;
      log.push(claim && { epoch: claim.epoch, mail: [claim.mailSeq, claim.mailApplied], ...inShort(claim.state) });
    } else {
      const claim = claims[move.worker];
      if (!claim) continue;
      const letters = await store.mail(id, claim.mailApplied);
      const transition = transitionOf(claim, {
        ...(move.does === 'nothing' ? {} : { does: move.does === 'note' ? { note: String(log.length) } : move.does }),
        ...(move.reads && letters.length > 0 ? { applied: letters.at(-1)?.seq ?? 0 } : {}),
        release: move.release,
        behind: move.behind,
        ...(move.wakes ? { wakeAt: Date.now() + 305_000 } : {}),
      });
      const outcome = await store.commit(transition);
      if (outcome.kind === 'committed') claims[move.worker] = after(claim, transition);
      log.push(
        letters.map(({ seq, message }) => [seq, message.type]),
        outcome,
      );
    }
    // Far enough for what is due after a second, and never near another time of these moves.
    await store.pass(10_000);
    log.push((await store.due()).includes(id));
  }
  // Nothing stays due: sweeps are batches, which leftovers would fill.
  await store.pass(SUITE_LEASE_MS + 5_000);
  const last = await store.claim('a', id);
  if (last) await store.commit(transitionOf(last, { does: 'end', applied: last.mailSeq }));
  log.push(last === undefined, (await store.due()).includes(id));
  return log;
}

function inShort({ version, status, stages }: ExecutionState): object {
  return { version, status, notes: Object.values(stages).map((stage) => stage.context['note'] ?? null) };
}

/** Whatever workers and senders do, one store answers as the other. */
export async function sameAnswers(one: EngineStore, other: EngineStore, runs: number): Promise<void> {
  await fc.assert(
    fc.asyncProperty(moves, async (list) => {
      expect(await seen(one, list)).toEqual(await seen(other, list));
    }),
    { numRuns: runs },
  );
}
