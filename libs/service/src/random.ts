import { randomFillSync } from 'node:crypto';

const pool = Buffer.alloc(4_096);
let at = pool.length;

/** Random hexadecimal digits, two for each byte (up to 64), from a pool: asking the system for a few bytes costs more than for many. */
export function randomHex(bytes: number): string {
  if (at + bytes > pool.length) refill();
  at += bytes;
  return pool.toString('hex', at - bytes, at);
}

/** A random number from 0 to 1, in 256 steps: enough for one character of an id. */
export function randomFraction(): number {
  if (at === pool.length) refill();
  return (pool[at++] ?? 0) / 256;
}

function refill(): void {
  randomFillSync(pool);
  at = 0;
}
