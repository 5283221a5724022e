import { ServiceError } from '@gennaker/contracts/error';
import type { Identity } from '@gennaker/contracts/people';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { whileKnown } from './while-known.ts';

const ada: Identity = { user: 'ada', roles: ['dev', 'ops'], admin: false, via: 'session' };

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Has the stream ended after the caller was asked for again? */
async function ends(again: () => Promise<Identity>): Promise<boolean> {
  const gone = new AbortController();
  const signal = whileKnown(again, ada, 5_000, gone.signal);
  await vi.advanceTimersByTimeAsync(5_000);
  gone.abort();
  return signal.aborted;
}

describe('an open stream', () => {
  it('goes on while its caller is who it was, in whatever order the roles come', async () => {
    expect(await ends(() => Promise.resolve({ ...ada, roles: ['ops', 'dev'] }))).toBe(false);
  });

  it.each([
    ['lost a role', { roles: ['dev'] }],
    ['is somebody else', { user: 'bob' }],
    ['became an administrator', { admin: true }],
    ['has a narrower token', { scope: { applications: ['hello'] } }],
  ])('ends when its caller %s', async (_what, change) => {
    expect(await ends(() => Promise.resolve({ ...ada, ...change }))).toBe(true);
  });

  it('ends when its caller is unknown, and not when nobody can tell just now', async () => {
    expect(await ends(() => Promise.reject(new ServiceError(401, 'This session has ended')))).toBe(true);
    expect(await ends(() => Promise.reject(new ServiceError(503, 'The database is away')))).toBe(false);
    expect(await ends(() => Promise.reject(new Error('connect ECONNREFUSED')))).toBe(false);
  });

  it('asks nobody any more once it is gone', async () => {
    const gone = new AbortController();
    const again = vi.fn(() => Promise.resolve(ada));
    whileKnown(again, ada, 5_000, gone.signal);
    gone.abort();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(again).not.toHaveBeenCalled();
  });
});
