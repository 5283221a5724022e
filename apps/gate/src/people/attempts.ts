import { ServiceError } from '@gennaker/contracts/error';

const WINDOW_MS = 5 * 60_000;
const LIMITS = { pair: 5, user: 20, address: 60 } as const;
const MOST_KEYS = 10_000;

/** Counts failed log-ins of the last five minutes, per user and address; whoever failed too often waits. */
export class Attempts {
  private readonly failures = new Map<string, number[]>();
  private readonly now: () => number;

  constructor(now: () => number) {
    this.now = now;
  }

  /** @throws ServiceError 429 with `retryAfterSeconds` */
  check(user: string, address: string): void {
    for (const [key, limit] of keysOf(user, address)) {
      const recent = this.recent(key);
      const oldest = recent.at(-limit);
      if (oldest === undefined) continue;
      const seconds = Math.max(1, Math.ceil((oldest + WINDOW_MS - this.now()) / 1000));
      throw new ServiceError(429, 'Too many failed log-ins', {
        fix: `try again in ${seconds} s; an administrator can set a new password`,
        retryAfterSeconds: seconds,
      });
    }
  }

  /** Remembers a failure. */
  failed(user: string, address: string): void {
    if (this.failures.size > MOST_KEYS) for (const key of this.failures.keys()) this.recent(key);
    for (const [key] of keysOf(user, address)) this.failures.set(key, [...this.recent(key), this.now()]);
  }

  /** Forgets the failures of one who got in from there. */
  succeeded(user: string, address: string): void {
    this.failures.delete(JSON.stringify([user, address]));
  }

  private recent(key: string): number[] {
    const kept = (this.failures.get(key) ?? []).filter((at) => at > this.now() - WINDOW_MS);
    if (kept.length === 0) this.failures.delete(key);
    else this.failures.set(key, kept);
    return kept;
  }
}

function keysOf(user: string, address: string): [string, number][] {
  return [
    [JSON.stringify([user, address]), LIMITS.pair],
    [JSON.stringify(['user', user, '']), LIMITS.user],
    [JSON.stringify(['address', address, '']), LIMITS.address],
  ];
}
