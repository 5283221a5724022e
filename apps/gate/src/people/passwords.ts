import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { ServiceError } from '@gennaker/contracts/error';

/** scrypt's cost: log2 of N, block size, parallelism. One hash takes 128 MiB. */
export interface Cost {
  readonly log2n: number;
  readonly r: number;
  readonly p: number;
}

const COST: Cost = { log2n: 17, r: 8, p: 1 };
const LENGTH = 32;
/** Hashes that may wait for their turn: each takes a moment and much memory. */
const MOST_WAITING = 16;

let turn: Promise<unknown> = Promise.resolve();
let waiting = 0;

/** One hash at a time. @throws ServiceError 429 when too many wait */
async function derive(password: string, salt: Buffer, cost: Cost): Promise<Buffer> {
  if (waiting >= MOST_WAITING)
    throw new ServiceError(429, 'Too many people log in at this moment', {
      fix: 'try again in a few seconds',
      retryAfterSeconds: 5,
    });
  waiting += 1;
  const mine = turn.then(
    () =>
      new Promise<Buffer>((resolve, reject) => {
        const N = 2 ** cost.log2n;
        const options = { N, r: cost.r, p: cost.p, maxmem: 256 * N * cost.r };
        scrypt(password.normalize('NFC'), salt, LENGTH, options, (error, key) =>
          error ? reject(error) : resolve(key),
        );
      }),
  );
  turn = mine.catch(() => undefined);
  try {
    return await mine;
  } finally {
    waiting -= 1;
  }
}

/** A password's hash with what it was made with: `scrypt$<log2 N>$<r>$<p>$<salt>$<hash>`. */
export async function hashPassword(password: string, cost: Cost = COST): Promise<string> {
  const salt = randomBytes(16);
  const hash = await derive(password, salt, cost);
  return ['scrypt', cost.log2n, cost.r, cost.p, salt.toString('base64url'), hash.toString('base64url')].join('$');
}

/** Checked in place of an unknown user's hash, so that both answers take the same time. */
const nobody = `scrypt$${COST.log2n}$${COST.r}$${COST.p}$${randomBytes(16).toString('base64url')}$${randomBytes(LENGTH).toString('base64url')}`;

/** Is it the password? `outdated`: right, but hashed more weakly than now. Without a stored hash: no, as slowly. */
export async function checkPassword(
  password: string,
  stored: string | undefined,
): Promise<{ readonly right: boolean; readonly outdated: boolean }> {
  const [scheme, log2n, r, p, salt, hash] = (stored ?? nobody).split('$');
  if (scheme !== 'scrypt' || !salt || !hash) return { right: false, outdated: false };
  const cost: Cost = { log2n: Number(log2n), r: Number(r), p: Number(p) };
  const wanted = Buffer.from(hash, 'base64url');
  const given = await derive(password, Buffer.from(salt, 'base64url'), cost);
  const right = wanted.length === given.length && timingSafeEqual(wanted, given) && stored !== undefined;
  return { right, outdated: cost.log2n < COST.log2n || cost.r < COST.r || cost.p < COST.p };
}
