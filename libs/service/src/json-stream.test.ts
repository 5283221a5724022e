import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsonPieces } from './json-stream.ts';

async function* each<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items;
}

async function piecesOf(value: unknown): Promise<string[]> {
  const pieces: string[] = [];
  for await (const piece of jsonPieces(value)) pieces.push(piece);
  return pieces;
}

describe('JSON in pieces', () => {
  it('is the JSON of the whole list, however the list comes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.jsonValue()), async (items) => {
        expect((await piecesOf(each(items))).join('')).toBe(JSON.stringify(items));
        expect((await piecesOf(items)).join('')).toBe(JSON.stringify(items));
      }),
    );
  });

  it('is the JSON of an object whose lists come one after another', async () => {
    const object = { name: 'all', left: undefined, empty: each([]), two: each([{ a: 1 }, null]), whole: [1, 2] };
    expect((await piecesOf(object)).join('')).toBe('{"name":"all","empty":[],"two":[{"a":1},null],"whole":[1,2]}');
  });

  it('leaves long before the last item is read', async () => {
    let read = 0;
    const items = (async function* () {
      for (; read < 1_000; read++) yield 'x'.repeat(1_000);
    })();
    const first = await jsonPieces(items).next();
    expect(first.done).toBe(false);
    expect(read).toBeLessThan(40);
  });
});
