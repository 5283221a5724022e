import { describe, expect, it } from 'vitest';
import type { Answer, Lookup } from './lookups.ts';
import { resolved } from './resolve.fixture.ts';

const manifest = JSON.stringify({ kind: 'Deployment', metadata: { name: 'shöp>>?' } });
const base64 = Buffer.from(manifest).toString('base64');
const stored: Readonly<Record<string, string>> = {
  'ref://shop/text': Buffer.from('hello').toString('base64'),
  'ref://shop/map': base64,
  'ref://shop/map-for-urls': base64.replaceAll('+', '-').replaceAll('/', '_'),
  'ref://shop/list': Buffer.from('[1]').toString('base64'),
};
const lookUp = (lookup: Lookup): Answer => {
  const value = lookup.kind === 'reference' ? stored[lookup.reference] : undefined;
  return value === undefined ? { error: 'nothing is stored there' } : { value };
};
const artifact = (reference: string, type = 'remote/map/base64') => ({ type, reference, name: 'm' });
const names = {
  one: artifact('ref://shop/map'),
  other: artifact('ref://shop/map-for-urls'),
  all: [artifact('ref://shop/map'), artifact('ref://shop/map-for-urls')],
  text: artifact('ref://shop/text', 'remote/base64'),
  list: artifact('ref://shop/list'),
  gone: artifact('ref://shop/gone'),
};
const answer = (text: string) => resolved(text, names, { lookUp });

describe('what an artifact refers to in the store', () => {
  it.each([
    ['is decoded', "${#fromBase64('ref://shop/text')}", 'hello'],
    ['is fetched as base64', '${#fetchReference(text.reference)}', stored['ref://shop/text']],
    ['that is an object is read by its properties', '${one.metadata.name}', 'shöp>>?'],
    ['is read the same in the alphabet for URLs', '${other.metadata.name}', 'shöp>>?'],
    ['is read in a list', '${all[0].kind}', 'Deployment'],
    ['is read in a list in the alphabet for URLs', "${all[1]['metadata']['name']}", 'shöp>>?'],
    ['does not hide the names of the artifact itself', '${one.name} ${one.reference}', 'm ref://shop/map'],
  ])('%s', (_what, text, expected) => {
    expect(answer(text)).toEqual({ value: expected, problems: [], lookups: [] });
  });

  it('is asked for once, and waited for', () => {
    expect(resolved('${one.kind} ${one.metadata.name}', names, { lookUp: () => undefined }).lookups).toMatchObject([
      { lookup: { kind: 'reference', reference: 'ref://shop/map' } },
    ]);
  });

  it('that is not there, or is no object, leaves the text', () => {
    for (const text of ['${gone.kind}', '${list.kind}', "${#fromBase64('ref://shop/gone')}"])
      expect(answer(text)).toMatchObject({ value: text, problems: [{ level: 'ERROR' }] });
  });
});
