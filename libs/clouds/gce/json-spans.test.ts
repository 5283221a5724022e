import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { memberSpans } from './json-spans.ts';

const indents = fc.constantFrom(undefined, 2, '\t');

/** What the spans of an object's members say when each is read by itself. */
function readMembers(text: string, path: readonly string[]): Record<string, unknown> {
  const json = Buffer.from(text);
  const { object, members } = memberSpans(json, path);
  expect(JSON.parse(json.toString('utf8', object.start, object.end))).toEqual(Object.fromEntries(read(json, members)));
  return Object.fromEntries(read(json, members));
}

const read = (json: Buffer, members: ReturnType<typeof memberSpans>['members']): [string, unknown][] =>
  [...members].map(([key, { start, end }]) => [key, JSON.parse(json.toString('utf8', start, end))]);

describe('values in a JSON text', () => {
  it('are found for every object, however it is written', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue(), { noNullPrototype: true }), indents, (value, indent) => {
        const written = JSON.stringify(value, null, indent);
        expect(readMembers(written, [])).toEqual(JSON.parse(written));
      }),
    );
  });

  it('are found below a path, past strings that look like what they are not', () => {
    const decoy = '{"b": {"c": 1}} \\" ] }';
    const text = JSON.stringify({ [decoy]: [decoy, { b: 0 }], a: { [decoy]: decoy, b: { x: 1.5e3, y: null } }, z: 1 });
    expect(readMembers(text, ['a', 'b'])).toEqual({ x: 1500, y: null });
  });

  it('say which key of a path is not there', () => {
    const json = Buffer.from('{"a": {"b": []}}');
    expect(() => memberSpans(json, ['a', 'c'])).toThrow('There is no object c of a.c.');
    expect(() => memberSpans(json, ['a', 'b'])).toThrow('There is no object b of a.b.');
  });
});
