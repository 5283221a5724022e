import { isComplete } from '@gennaker/contracts/status';
import type { ExecutionState } from '@gennaker/engine/model';
import type { Mail } from './mailbox.ts';
import type { EngineStore, StoreClaim } from './store-suite.fixture.ts';
import { type Outcome, SWEEP_AFTER_MS, type Transition } from './transition.ts';

interface Row {
  state: ExecutionState;
  /** It has ended, and no mail has opened it again. */
  complete: boolean;
  owner: string | null;
  epoch: number;
  /** Epoch ms. */
  claimExpires: number;
  dueAt: number | null;
  applied: number;
  readonly letters: { readonly seq: number; readonly key: string; readonly message: Mail }[];
}

/** New executions and mail wait so long for the bell before they are due, ms. */
const BELL_FIRST_MS = 1_000;

/** The engine's store in memory: what PostgreSQL is held against. */
export class MemoryStore implements EngineStore {
  readonly #rows = new Map<string, Row>();
  readonly #leaseMs: number;

  constructor(leaseMs: number) {
    this.#leaseMs = leaseMs;
  }

  async start({ state }: { readonly state: ExecutionState }): Promise<boolean> {
    if (this.#rows.has(state.id)) return false;
    const dueAt = Date.now() + BELL_FIRST_MS;
    this.#rows.set(state.id, {
      state,
      complete: false,
      owner: null,
      epoch: 0,
      claimExpires: 0,
      dueAt,
      applied: 0,
      letters: [],
    });
    return true;
  }

  async claim(worker: string, id: string): Promise<StoreClaim | undefined> {
    const row = this.#rows.get(id);
    if (!row || (row.owner !== null && row.claimExpires >= Date.now())) return undefined;
    if (row.complete && row.letters.length <= row.applied) return undefined;
    row.owner = worker;
    row.epoch++;
    row.claimExpires = row.dueAt = Date.now() + this.#leaseMs;
    const { epoch, state, applied, letters } = row;
    return { owner: worker, epoch, state, shown: state, mailSeq: letters.length, mailApplied: applied };
  }

  async commit(t: Transition): Promise<Outcome> {
    const row = this.#rows.get(t.state.id);
    if (!row || row.owner !== t.owner || row.epoch !== t.epoch || row.state.version !== t.from)
      return { kind: 'fenced' };
    row.state = t.state;
    row.complete = isComplete(t.state.status);
    row.applied = t.mailApplied;
    row.claimExpires = Math.max(row.claimExpires, Date.now() + this.#leaseMs);
    const released = t.release && row.letters.length <= t.mailApplied;
    if (released) {
      row.owner = null;
      row.dueAt = t.wakeAt === undefined ? null : t.wakeAt + SWEEP_AFTER_MS;
    }
    return { kind: 'committed', released, mailSeq: row.letters.length };
  }

  async post(id: string, key: string, message: Mail): Promise<{ seq: number; repeated: boolean } | undefined> {
    const row = this.#rows.get(id);
    if (!row) throw new Error(`There is no execution ${id}`);
    if (row.complete && message.type !== 'Restart' && message.type !== 'IgnoreFailure') return undefined;
    const old = row.letters.find((letter) => letter.key === key);
    if (old) return { seq: old.seq, repeated: true };
    const seq = row.letters.length + 1;
    row.letters.push({ seq, key, message });
    row.complete = false;
    if (row.owner === null) row.dueAt = Date.now() + BELL_FIRST_MS;
    return { seq, repeated: false };
  }

  async mail(id: string, applied: number): Promise<{ seq: number; message: Mail }[]> {
    const letters = this.#rows.get(id)?.letters ?? [];
    return letters.filter(({ seq }) => seq > applied).map(({ seq, message }) => ({ seq, message }));
  }

  async due(): Promise<string[]> {
    const now = Date.now();
    return [...this.#rows]
      .filter(([, row]) => row.dueAt !== null && row.dueAt < now && (row.owner === null || row.claimExpires < now))
      .map(([id]) => id);
  }

  async pass(ms: number): Promise<void> {
    for (const row of this.#rows.values()) {
      row.claimExpires -= ms;
      if (row.dueAt !== null) row.dueAt -= ms;
    }
  }
}
