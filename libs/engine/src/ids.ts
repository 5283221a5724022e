const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/**
 * An id of 26 characters in ULID's form: the time, then 80 bits that follow from the seed alone.
 * The same seed and time give the same id, so that deciding twice makes the same stages.
 */
export function seededId(now: number, seed: string): string {
  let time = '';
  for (let rest = now, i = 0; i < 10; i++, rest = Math.floor(rest / 32)) time = ALPHABET.charAt(rest % 32) + time;
  let tail = '';
  for (let block = 0; block < 4; block++) {
    let bits = hash(seed, 0x9e3779b9 ^ Math.imul(block + 1, 0x85ebca6b));
    for (let i = 0; i < 4; i++, bits >>>= 5) tail += ALPHABET.charAt(bits & 31);
  }
  return time + tail;
}

/** 32 well-mixed bits of a text (MurmurHash3's mixing). */
function hash(text: string, salt: number): number {
  let h = salt;
  for (let i = 0; i < text.length; i++) {
    let k = Math.imul(text.charCodeAt(i), 0xcc9e2d51);
    k = (k << 15) | (k >>> 17);
    h ^= Math.imul(k, 0x1b873593);
    h = (h << 13) | (h >>> 19);
    h = (Math.imul(h, 5) + 0xe6546b64) | 0;
  }
  h ^= text.length;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** The idempotency key of a task's attempt. */
export function taskKey(executionId: string, stageId: string, taskId: string, attempt: number): string {
  return `${executionId}:${stageId}:${taskId}:${attempt}`;
}
