import { badRequest, notFound, ServiceError } from '@gennaker/contracts/error';
import { describe, expect, it } from 'vitest';
import { type DocumentStore, existingId, importDocuments, type ImportOptions, textUnder } from './import-documents.ts';
import { knownStages } from './known-stages.ts';
import { readDocuments } from './read-documents.ts';

const known = knownStages();
const wait = { type: 'wait', waitTime: 1 };
const pipeline = (name: string, more: object = {}) => ({ name, application: 'shop', stages: [wait], ...more });

/** A store that remembers what was done to it. */
function memoryStore(stored: Readonly<Record<string, string>> = {}): DocumentStore & { readonly done: string[] } {
  const done: string[] = [];
  const nameOf = ({ kind, document }: Parameters<DocumentStore['create']>[0]): string =>
    `${kind} ${String(document[kind === 'template' ? 'id' : 'name'])}`;
  return {
    done,
    existing: async (document) => stored[nameOf(document)],
    create: async (document) => void done.push(`create ${nameOf(document)}`),
    replace: async (document, id) => void done.push(`replace ${id} by ${nameOf(document)}`),
  };
}

const imported = (files: Readonly<Record<string, unknown>>, options: Partial<ImportOptions> = {}) =>
  importDocuments(
    Object.entries(files).map(([name, value]) => readDocuments(name, JSON.stringify(value))),
    { known, dryRun: false, replace: false, ...options },
  );
const results = (of: Awaited<ReturnType<typeof imported>>) => of.documents.map(({ name, result }) => [name, result]);

describe('an import', () => {
  it('stores what is right, templates first, and refuses the rest with place and reason', async () => {
    const store = memoryStore();
    const template = { schema: 'v2', id: 't', metadata: { name: 't', scopes: [] }, pipeline: { stages: [wait] } };
    const done = await imported(
      {
        'a.json': pipeline('A'),
        't.json': template,
        'bad.json': pipeline('a/b'),
        'none.json': { a: 1 },
      },
      { store },
    );
    expect(store.done).toEqual(['create template t', 'create pipeline A']);
    expect(results(done)).toEqual([
      ['A', 'imported'],
      ['t', 'imported'],
      ['a/b', 'refused'],
      ['', 'refused'],
    ]);
    expect(done.documents[2]).toMatchObject({ source: 'bad.json', path: '$', fix: expect.stringContaining('without') });
    expect(done.stageTypes).toEqual([{ type: 'wait', mapped: 3, approximated: 0, unsupported: 0 }]);
  });

  it('leaves alone what exists, or replaces it when it is told to', async () => {
    const store = memoryStore({ 'pipeline A': 'id-a' });
    const files = { 'a.json': pipeline('A'), 'b.json': pipeline('B') };
    const kept = await imported(files, { store });
    expect(kept.documents[0]).toMatchObject({ result: 'exists', existingId: 'id-a', reason: expect.any(String) });
    expect(store.done).toEqual(['create pipeline B']);
    await imported(files, { store, replace: true });
    expect(store.done.slice(1)).toEqual(['replace id-a by pipeline A', 'create pipeline B']);
  });

  it('that is dry says what it would do and stores nothing', async () => {
    const store = memoryStore({ 'pipeline A': 'id-a' });
    const files = { 'a.json': pipeline('A'), 'b.json': pipeline('B') };
    const dry = { store, dryRun: true };
    expect(results(await imported(files, dry))).toEqual([
      ['A', 'exists'],
      ['B', 'would be imported'],
    ]);
    expect(results(await imported(files, { ...dry, replace: true }))[0]).toEqual(['A', 'would be replaced']);
    expect(store.done).toEqual([]);
  });

  it('takes only what was chosen, and the table counts only that', async () => {
    const store = memoryStore();
    const done = await imported(
      { 'a.json': [pipeline('A'), pipeline('B')], 'c.json': pipeline('C') },
      { store, only: [{ source: 'a.json', path: '$[1]' }] },
    );
    expect(results(done)).toEqual([['B', 'imported']]);
    expect(done.stageTypes[0]?.mapped).toBe(1);
  });

  it('tells what the store refuses, and goes on; anything else ends it', async () => {
    const refusing = (error: Error): DocumentStore => ({ ...memoryStore(), create: () => Promise.reject(error) });
    const done = await imported(
      { 'a.json': pipeline('A') },
      { store: refusing(badRequest('it is taken', { field: 'name', fix: 'choose another' })) },
    );
    expect(done.documents[0]).toMatchObject({ result: 'refused', reason: 'name: it is taken', fix: 'choose another' });
    const away = imported({ 'a.json': pipeline('A') }, { store: refusing(new ServiceError(503, 'away')) });
    await expect(away).rejects.toThrow('away');
  });

  it('rehearses what is wholly supported, beside the pipelines that it may start and theirs', async () => {
    const asked: unknown[][] = [];
    const done = await imported(
      {
        'a.json': pipeline('A', { stages: [{ type: 'pipeline', application: 'shop', pipeline: 'id-b' }] }),
        'b.json': pipeline('Second', { id: 'id-b', stages: [{ type: 'wait', comments: 'before Third' }] }),
        'c.json': pipeline('Third'),
        'd.json': pipeline('Stranger'),
        'e.json': pipeline('Unsupported', { stages: [{ type: 'teleport' }] }),
      },
      {
        rehearse: async ({ name }, others) => {
          asked.push([name, ...others.map((other) => other['name'])]);
          return name === 'Third' ? 'there was no time' : { status: 'SUCCEEDED', durationMs: 5 };
        },
      },
    );
    expect(asked).toEqual([['A', 'Second', 'Third'], ['Second', 'Third'], ['Third'], ['Stranger']]);
    const [first, , third, , last] = done.documents;
    expect(first?.rehearsal).toEqual({ status: 'SUCCEEDED', durationMs: 5 });
    expect(third).toMatchObject({ notes: ['there was no time'] });
    expect(last?.rehearsal).toBeUndefined();
  });
});

describe('a stored document', () => {
  const none = () => Promise.reject(notFound('there is none'));
  const stored = { template: none, byId: none, byName: none };

  it('is found by its id, else by its name', async () => {
    const found = { kind: 'pipeline', document: pipeline('A', { id: 'own' }) } as const;
    expect(await existingId(found, { ...stored, byId: async (id) => ({ id }) })).toBe('own');
    expect(await existingId(found, { ...stored, byName: async () => ({ id: 'other' }) })).toBe('other');
    expect(await existingId(found, stored)).toBeUndefined();
  });

  it('that cannot be looked up is no document that is not there', async () => {
    const away = () => Promise.reject(new ServiceError(503, 'away'));
    await expect(
      existingId({ kind: 'pipeline', document: pipeline('A') }, { ...stored, byName: away }),
    ).rejects.toThrow('away');
  });
});

it('a text stays as it is, unless it says another id than it is stored under', () => {
  const text = '{ "name": "A",  "id": "x" }';
  const document = { name: 'A', id: 'x' };
  expect(textUnder({ text, document })).toBe(text);
  expect(textUnder({ text, document }, 'x')).toBe(text);
  expect(JSON.parse(textUnder({ text, document }, 'y'))).toEqual({ name: 'A', id: 'y' });
  expect(JSON.parse(textUnder({ document }))).toEqual(document);
});
