import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Batches } from './batches.ts';

/** Batches whose work the test ends by hand. */
function held(most: number): {
  readonly batches: Batches<number>;
  readonly begun: (readonly number[])[];
  readonly told: number[];
  end(): Promise<void>;
} {
  const begun: (readonly number[])[] = [];
  const told: number[] = [];
  const ends: (() => void)[] = [];
  const batches = new Batches<number>(most, async (batch) => {
    begun.push(batch);
    await new Promise<void>((resolve) => ends.push(resolve));
    return () => told.push(...batch);
  });
  return {
    batches,
    begun,
    told,
    end: async () => {
      ends.shift()?.();
      await turn();
    },
  };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const numbers = (count: number, from = 0): number[] => Array.from({ length: count }, (_, index) => from + index);

describe('batches', () => {
  it('take together what is handed in at the same moment', async () => {
    const { batches, begun } = held(100);
    for (const piece of numbers(3)) batches.add(piece);
    await turn();
    expect(begun).toEqual([[0, 1, 2]]);
  });

  it('have one under way at most; what arrives meanwhile goes into the next', async () => {
    const { batches, begun, told, end } = held(100);
    batches.add(0);
    await turn();
    for (const piece of [1, 2, 3]) batches.add(piece);
    await turn();
    expect(begun).toEqual([[0]]);
    await end();
    expect(begun).toEqual([[0], [1, 2, 3]]);
    expect(told).toEqual([0]);
    await end();
    expect(told).toEqual([0, 1, 2, 3]);
  });

  it('leave half of many for the next, so that the first half goes on while the second is worked on', async () => {
    const { batches, begun, told, end } = held(100);
    for (const piece of numbers(50)) batches.add(piece);
    await turn();
    expect(begun.map((batch) => batch.length)).toEqual([25]);
    await end();
    expect(begun.map((batch) => batch.length)).toEqual([25, 25]);
    expect(told).toEqual(numbers(25));
  });

  it('tell everybody once, in order, in no batch more than the most, whatever comes when', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 40 }),
        fc.array(fc.nat({ max: 90 }), { maxLength: 12 }),
        async (most, bursts) => {
          const { batches, begun, told, end } = held(most);
          let given = 0;
          for (const burst of bursts) {
            for (const piece of numbers(burst, given)) batches.add(piece);
            given += burst;
            await turn();
            await end();
          }
          while (told.length < given) await end();
          expect(told).toEqual(numbers(given));
          for (const batch of begun) expect(batch.length).toBeLessThanOrEqual(most);
        },
      ),
      { numRuns: 60 },
    );
  });
});
