const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/**
 * An id of 26 characters in ULID's form: the time, then 80 bits that follow from the seed alone.
 * The same seed and time give the same id, so that deciding twice makes the same stages.
 */
export function seededId(now: number, seed: string): string {
  let [a, b, c, d] = SALTS;
  for (let i = 0; i < seed.length; i++) {
    let k = Math.imul(seed.charCodeAt(i), 0xcc9e2d51);
    k = Math.imul((k << 15) | (k >>> 17), 0x1b873593);
    a = mixed(a, k);
    b = mixed(b, k);
    c = mixed(c, k);
    d = mixed(d, k);
  }
  return timeOf(now) + [a, b, c, d].map((block) => letters(finished(block ^ seed.length))).join('');
}

/** Where the four blocks of an id's second half begin. */
const SALTS = [1, 2, 3, 4].map((block) => 0x9e3779b9 ^ Math.imul(block, 0x85ebca6b)) as [
  number,
  number,
  number,
  number,
];

/** The last time that was written, for ids come in crowds. */
let lastTime = { now: Number.NaN, text: '' };

function timeOf(now: number): string {
  if (lastTime.now === now) return lastTime.text;
  let text = '';
  for (let rest = now, i = 0; i < 10; i++, rest = Math.floor(rest / 32)) text = ALPHABET.charAt(rest % 32) + text;
  lastTime = { now, text };
  return text;
}

/** 20 bits. */
function letters(bits: number): string {
  return (
    ALPHABET.charAt(bits & 31) +
    ALPHABET.charAt((bits >>> 5) & 31) +
    ALPHABET.charAt((bits >>> 10) & 31) +
    ALPHABET.charAt((bits >>> 15) & 31)
  );
}

/** MurmurHash3's step and end, which mix 32 bits well. */
function mixed(h: number, k: number): number {
  const x = h ^ k;
  return (Math.imul((x << 13) | (x >>> 19), 5) + 0xe6546b64) | 0;
}

function finished(h: number): number {
  let x = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return (x ^ (x >>> 16)) >>> 0;
}

/** The idempotency key of a task's attempt. */
export function taskKey(executionId: string, stageId: string, taskId: string, attempt: number): string {
  return `${executionId}:${stageId}:${taskId}:${attempt}`;
}
