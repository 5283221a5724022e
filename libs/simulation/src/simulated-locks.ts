import type { VirtualTime } from './virtual-time.ts';

interface Lock {
  readonly holder: string;
  readonly reason: string;
  readonly epoch: number;
}

type Wake = (executionId: string, stageId: string) => void;

/** The cluster locks of one simulation. */
export class SimulatedLocks {
  readonly #time: VirtualTime;
  readonly #wake: Wake;
  readonly #locks = new Map<string, Lock>();
  readonly #line = new Map<string, { holder: string; wake?: { executionId: string; stageId: string } }[]>();
  #epoch = 0;

  constructor(time: VirtualTime, wake: Wake) {
    this.#time = time;
    this.#wake = wake;
  }

  /** Takes a cluster's lock, or a place in its queue. */
  acquire(
    key: string,
    wish: {
      holder: string;
      reason: string;
      ttlMs: number;
      wake?: { executionId: string; stageId: string } | undefined;
    },
  ): { acquired: boolean; epoch?: number; holder: string; reason: string; expires: number; ahead?: number } {
    const held = this.#locks.get(key);
    const line = this.#line.get(key) ?? [];
    const expires = this.#time.now() + wish.ttlMs;
    const free = !held && (line.length === 0 || line[0]?.holder === wish.holder);
    if (held?.holder === wish.holder || free) {
      const lock = held ?? { holder: wish.holder, reason: wish.reason, epoch: ++this.#epoch };
      this.#locks.set(key, lock);
      this.#line.set(
        key,
        line.filter((other) => other.holder !== wish.holder),
      );
      return { acquired: true, ...lock, expires };
    }
    if (!line.some((other) => other.holder === wish.holder))
      line.push({ holder: wish.holder, ...(wish.wake ? { wake: wish.wake } : {}) });
    this.#line.set(key, line);
    const ahead = line.findIndex((other) => other.holder === wish.holder);
    const first = held ?? { holder: line[0]?.holder ?? '', reason: 'it is first in line' };
    return { acquired: false, holder: first.holder, reason: first.reason, expires, ahead };
  }

  /** Gives it back, and wakes who is next. */
  release(key: string, holder: string): void {
    if (this.#locks.get(key)?.holder === holder) this.#locks.delete(key);
    const line = (this.#line.get(key) ?? []).filter((other) => other.holder !== holder);
    this.#line.set(key, line);
    const next = line[0]?.wake;
    if (next) this.#wake(next.executionId, next.stageId);
  }
}
