import { ulid } from 'ulid';
import { describe, expect, it } from 'vitest';
import { randomFraction, randomHex } from './random.ts';

describe('random numbers from the pool', () => {
  it('never repeat a text, over many refills', () => {
    const texts = Array.from({ length: 5_000 }, () => randomHex(16));
    expect(new Set(texts).size).toBe(texts.length);
    for (const text of texts) expect(text).toMatch(/^[0-9a-f]{32}$/);
  });
  it('make every character of an id, none far more often than others', () => {
    const counts = new Map<string, number>();
    for (let index = 0; index < 4_000; index++)
      for (const character of ulid(0, randomFraction).slice(10))
        counts.set(character, (counts.get(character) ?? 0) + 1);
    expect(counts.size).toBe(32);
    for (const count of counts.values()) expect(Math.abs(count - 2_000)).toBeLessThan(400);
  });
});
