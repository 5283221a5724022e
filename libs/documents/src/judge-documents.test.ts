import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { partsOf } from '@gennaker/expressions/template';
import { parse } from '@gennaker/expressions/parser';
import { stages } from '@gennaker/stages/server';
import { describe, expect, it } from 'vitest';
import { judgeDocuments, tableOf } from './judge-documents.ts';
import type { KnownStages } from './judge-stage.ts';
import { readDocuments } from './read-documents.ts';

const known: KnownStages = {
  definitions: new Map(
    Object.values(stages).flatMap((one) => [one.type, ...(one.aliases ?? [])].map((type) => [type, one] as const)),
  ),
  providers: new Set(['gce']),
  strategies: new Set(['redblack']),
};
const judged = (document: unknown, application?: string, source = 'p.json') =>
  judgeDocuments([readDocuments(source, JSON.stringify(document))], known, { application });
const stageOf = (stage: Record<string, unknown>) =>
  judged({ name: 'P', application: 'shop', stages: [stage] }).documents[0]?.stages[0];

describe('a stage', () => {
  it.each([
    ['that its type knows', { type: 'wait', waitTime: 5 }, 'mapped', []],
    [
      'whose value is an expression',
      { type: 'wait', waitTime: '${parameters.s}' },
      'approximated',
      ['stages[0].waitTime'],
    ],
    ['whose value is wrong', { type: 'wait', waitTime: -1 }, 'unsupported', ['stages[0].waitTime']],
    ['of an unknown type', { type: 'teleport' }, 'unsupported', ['stages[0].type']],
    ['without a type', { name: 'x' }, 'unsupported', ['stages[0].type']],
    ['with a setting that does nothing here', { type: 'wait', waitTime: 5, magic: 1 }, 'approximated', ['stages[0]']],
    ['of another cloud', { type: 'findImage', cloudProvider: 'aws' }, 'unsupported', ['stages[0].cloudProvider']],
  ])('%s', (_case, stage, verdict, paths) => {
    expect(stageOf(stage)).toMatchObject({ verdict });
    expect(stageOf(stage)?.reasons.map(({ path }) => path)).toEqual(paths);
  });

  it('that lacks what its type needs is told so in words', () => {
    expect(stageOf({ type: 'bake', baseOs: 'debian' })?.reasons).toEqual([
      { path: 'stages[0].package', reason: 'it is missing; this type needs it (string)' },
    ]);
  });

  it('of a deploy is judged by its clusters', () => {
    const cluster = { account: 'a', application: 'shop', cloudProvider: 'kubernetes' };
    expect(stageOf({ type: 'deploy', clusters: [cluster] })?.reasons[0]?.path).toBe(
      'stages[0].clusters[0].cloudProvider',
    );
  });
});

it('names and applications that a document lacks come from its file and from whoever imports it', () => {
  const { documents } = judged({ stages: [{ type: 'wait' }] }, 'shop', 'deep/nightly.json');
  expect(documents).toMatchObject([{ document: { name: 'nightly', application: 'shop' } }]);
  expect(documents[0]?.text).toBeUndefined();
  expect(judged({ stages: [] }).refused).toMatchObject([{ reason: 'It names no application' }]);
});

it('stages without any refId run one after the other, which is told', () => {
  const { documents } = judged({ name: 'P', application: 'shop', stages: [{ type: 'wait' }, { type: 'wait' }] });
  expect(documents[0]?.warnings).toEqual(['no stage has a refId: they run one after the other, as they stand']);
});

it('the table counts by type, the commonest first', () => {
  const { documents } = judged({
    name: 'P',
    application: 'shop',
    stages: [{ type: 'x' }, { type: 'wait' }, { type: 'wait', waitTime: -1 }],
  });
  expect(tableOf(documents)).toMatchObject([
    { type: 'wait', mapped: 1, approximated: 0, unsupported: 1 },
    { type: 'x', unsupported: 1 },
  ]);
});

const folder = fileURLToPath(new URL('../../../../shared/pipelines', import.meta.url));
const files = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.json')) : [];

describe(`public pipelines (${files.length} in ../shared/pipelines; none where that folder is absent)`, () => {
  const texts = (value: unknown): string[] => {
    if (typeof value === 'string') return [value];
    return value !== null && typeof value === 'object'
      ? Object.entries(value).flatMap(([key, item]) => [key, ...texts(item)])
      : [];
  };

  it('are read or refused with a reason, stay as they are, and all of their expressions parse', () => {
    for (const name of files) {
      const text = readFileSync(`${folder}/${name}`, 'utf8');
      const { documents, refused } = judgeDocuments([readDocuments(name, text)], known, { application: 'imported' });
      expect(documents.length + refused.length, name).toBeGreaterThan(0);
      for (const document of documents) expect(document.text ?? text).toBe(text);
      for (const part of documents.flatMap(({ document }) => texts(document)).flatMap(partsOf))
        // A bash array of a script is no expression, here as in Spinnaker.
        expect(part.kind !== 'expression' || /\[[*@]\]/.test(part.source) || parse(part.source, 64), name).toBeTruthy();
    }
  });
});
