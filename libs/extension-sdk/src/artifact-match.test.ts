import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { artifactMismatch, artifactTitle } from './artifact-match.ts';

const word = fc.stringMatching(/^[a-z0-9]{1,8}$/);
const artifact = fc.record(
  { type: word, name: word, version: word, location: word, reference: word, artifactAccount: word },
  { requiredKeys: [] },
);
const FIELDS = ['type', 'name', 'version', 'location', 'reference'] as const;

describe('an artifact matches', () => {
  it('itself, whatever account it is fetched with', () => {
    fc.assert(
      fc.property(artifact, word, (one, artifactAccount) => {
        expect(artifactMismatch(one, { ...one, artifactAccount })).toBeUndefined();
      }),
    );
  });

  it('what asks for less: a field that is empty or not set is not looked at', () => {
    fc.assert(
      fc.property(artifact, fc.subarray([...FIELDS]), fc.constantFrom(undefined, null, ''), (one, left, nothing) => {
        const wanted = { ...one, ...Object.fromEntries(left.map((field) => [field, nothing])) };
        expect(artifactMismatch(wanted, one)).toBeUndefined();
      }),
    );
  });

  it('nothing that asks for another value of any one field, and the reason names that field', () => {
    fc.assert(
      fc.property(artifact, fc.constantFrom(...FIELDS), word, (one, field, value) => {
        fc.pre(one[field] !== value);
        const why = artifactMismatch({ [field]: value }, one);
        expect(why).toContain(`"${value}"`);
        expect(why).toContain(field);
      }),
    );
  });

  it('a regular expression that describes the whole value, and none that describes a part', () => {
    fc.assert(
      fc.property(word, word, word, (before, name, after) => {
        expect(artifactMismatch({ name: `${name}|other` }, { name })).toBeUndefined();
        expect(artifactMismatch({ name: `.*${name}.*` }, { name: `${before}${name}${after}` })).toBeUndefined();
        expect(artifactMismatch({ name: `(?:${name})` }, { name: `${before}${name}` })).toBeDefined();
        expect(artifactMismatch({ name: `x)|(?:${name}` }, { name: `${name}${after}` })).toBeDefined();
      }),
    );
  });

  it('its own text, also where that is no regular expression or stands for other texts', () => {
    expect(artifactMismatch({ reference: 'gs://a/b[1' }, { reference: 'gs://a/b[1' })).toBeUndefined();
    expect(artifactMismatch({ version: '1.0+build' }, { version: '1.0+build' })).toBeUndefined();
    expect(artifactMismatch({ version: '(?=x)' }, { version: 'x' })).toContain('no regular expression');
  });

  it('an embedded text whose content is kept apart, in either direction', () => {
    for (const kind of ['base64', 'map/base64']) {
      expect(artifactMismatch({ type: `embedded/${kind}` }, { type: `remote/${kind}` })).toBeUndefined();
      expect(artifactMismatch({ type: `remote/${kind}` }, { type: `embedded/${kind}` })).toBeUndefined();
    }
    expect(artifactMismatch({ type: 'embedded/base64' }, { type: 'remote/map/base64' })).toBeDefined();
  });

  it('in time linear in its fields', () => {
    const reference = `${'a'.repeat(100_000)}!`;
    expect(artifactMismatch({ reference: '(a+)+' }, { reference })?.length).toBeLessThan(400);
  });

  it('or not, and never throws, whatever a document holds', () => {
    const any = fc.dictionary(fc.constantFrom(...FIELDS), fc.anything());
    fc.assert(
      fc.property(any, any, (wanted, offered) => {
        expect(artifactMismatch(wanted, offered)).not.toBe('');
        expect(artifactTitle(offered)).not.toBe('');
      }),
    );
  });
});

it('an artifact is called by its name and version, else by where it is', () => {
  expect(artifactTitle({ type: 'docker/image', name: 'shop', version: '1.2' })).toBe('shop 1.2 (docker/image)');
  expect(artifactTitle({ type: 'http/file', reference: 'https://x/y' })).toBe('https://x/y (http/file)');
  expect(artifactTitle({})).toBe('an artifact without a name');
});
