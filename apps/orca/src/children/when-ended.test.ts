import type { ExecutionState } from '@gennaker/engine/model';
import { expect, it } from 'vitest';
import type { MailParts } from '../send-mail.ts';
import { whenEnded } from './when-ended.ts';

/** Ends an execution whose parent cannot be told `failures` times; answers how often it was tried and what was warned of. */
async function end(failures: number): Promise<{ tries: number; warned: number }> {
  const seen = { tries: 0, warned: 0 };
  const due: (() => void)[] = [];
  const parts = {
    queues: { ended: async () => {} },
    world: { clock: { now: () => 0, after: (_ms: number, fn: () => void) => (due.push(fn), () => {}) } },
  } as unknown as MailParts;
  const ended = whenEnded(parts, { warn: () => void seen.warned++ }, async () => {
    if (++seen.tries <= failures) throw new Error('Connection terminated unexpectedly');
  });
  ended({} as ExecutionState);
  do {
    due.shift()?.();
    await new Promise((resolve) => setImmediate(resolve));
  } while (due.length > 0);
  return seen;
}

it('a parent is told of the end of its child once, and again only where that failed', async () => {
  expect(await end(0)).toEqual({ tries: 1, warned: 0 });
  expect(await end(3)).toEqual({ tries: 4, warned: 0 });
});

it('a parent that cannot be told for long is left to its own look, and that is said once', async () => {
  const { tries, warned } = await end(Infinity);
  expect(tries).toBeGreaterThan(5);
  expect(warned).toBe(1);
});
