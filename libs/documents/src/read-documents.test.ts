import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readDocuments } from './read-documents.ts';

const wait = { type: 'wait', refId: '1' };
const pipeline = { name: 'P', application: 'shop', stages: [wait] };
const summary = (source: string, text: string) =>
  readDocuments(source, text).found.map(({ path, format, document }) => [path, format, document['name']]);

describe('finds pipelines', () => {
  it('that a file is, with its exact text', () => {
    const text = `${JSON.stringify(pipeline, null, 3)}\n`;
    expect(readDocuments('p.json', text)).toMatchObject({ found: [{ path: '$', format: 'JSON', text }], refused: [] });
  });

  it('in lists, wrappers and texts', () => {
    expect(summary('export.json', JSON.stringify([pipeline, { ...pipeline, name: 'Q' }]))).toEqual([
      ['$[0]', 'list of JSON', 'P'],
      ['$[1]', 'list of JSON', 'Q'],
    ]);
    const { application, ...bare } = pipeline;
    const listed = readDocuments('dinghyfile', JSON.stringify({ application, pipelines: [bare] }));
    expect(listed.found).toMatchObject([{ path: '$.pipelines[0]', document: { application: 'shop' } }]);
    const wrapped = readDocuments('x.json', JSON.stringify({ appConfig: {}, pipeline: { app: 'shop', ...bare } }));
    expect(wrapped.found).toMatchObject([{ path: '$.pipeline', document: { application: 'shop', name: 'P' } }]);
    const map = { kind: 'ConfigMap', data: { 'p.json': JSON.stringify(pipeline) } };
    expect(summary('map.json', JSON.stringify(map))).toEqual([['$.data.p.json', 'JSON in a text', 'P']]);
  });

  it('that a stage saves, beside the pipeline of the stage', () => {
    const inner = btoa(JSON.stringify(pipeline));
    const outer = {
      name: 'Saves',
      application: 'shop',
      stages: [{ type: 'savePipelines', refId: '1', pipeline: inner }],
    };
    expect(summary('outer.json', JSON.stringify(outer)).map(([, , name]) => name)).toEqual(['Saves', 'P']);
  });

  it('with comments and commas too many, and says so', () => {
    const text =
      '{ // mine\n "name": "P # no comment", "application": "shop",\n # here\n "stages": [{"type": "wait", "url": "http://x"},],\n}';
    const { found } = readDocuments('dinghyfile', text);
    expect(found).toMatchObject([
      {
        document: { name: 'P # no comment', stages: [{ url: 'http://x' }] },
        notes: [expect.stringContaining('comments')],
      },
    ]);
    expect(found[0]?.text).toBeUndefined();
  });

  it('in resources of PaCRD, whose stages have properties and sometimes a capital letter', () => {
    const text = [
      'apiVersion: pacrd.armory.spinnaker.io/v1alpha1',
      'kind: Pipeline',
      'metadata: { name: from-crd }',
      'spec:',
      '  application: &app shop',
      '  stages:',
      '    - type: ManualJudgment',
      '      properties: { name: Ask, refId: "1", app: *app }',
    ].join('\n');
    expect(readDocuments('p.yaml', text).found).toMatchObject([
      {
        format: 'PaCRD',
        document: {
          name: 'from-crd',
          application: 'shop',
          stages: [{ type: 'manualJudgment', refId: '1', app: 'shop' }],
        },
      },
    ]);
  });

  it('in the code blocks of markdown, and passes over what is no pipeline', () => {
    const text = `# Doc\n\`\`\`json\n${JSON.stringify(pipeline)}\n\`\`\`\n\`\`\`\n{"a": 1}\n\`\`\`\n\`\`\`sh\nls\n\`\`\`\n`;
    expect(summary('README.md', text)).toEqual([['block 1', 'JSON in markdown', 'P']]);
  });

  it('templates of schema v2', () => {
    const template = { schema: 'v2', id: 't', metadata: { name: 't' }, variables: [], pipeline: { stages: [wait] } };
    expect(readDocuments('t.json', JSON.stringify(template)).found).toMatchObject([{ kind: 'template' }]);
  });
});

describe('refuses with place and reason', () => {
  it.each([
    ['broken JSON', 'p.json', '{"name": ', 'It is not JSON'],
    ['placeholders', 'p.tpl', '{"name": {{ module "x" }}}', 'has to be rendered first'],
    ['Jsonnet', 'p.jsonnet', 'local x = 1;', 'Jsonnet'],
    ['nothing', 'x.json', '{"a": 1}', 'no pipeline'],
    ['broken YAML', 'x.yaml', 'a: [', 'not YAML'],
  ])('%s', (_case, source, text, reason) => {
    const { found, refused } = readDocuments(source, text);
    expect(found).toEqual([]);
    expect(refused).toMatchObject([{ source, reason: expect.stringContaining(reason) as string }]);
  });

  it('and never throws', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('a.json', 'a.yaml', 'a.md', 'a'),
        fc.oneof(fc.string(), fc.json()),
        (source, text) => {
          const { found, refused } = readDocuments(source, text);
          expect(found.length + refused.length).toBeGreaterThan(0);
        },
      ),
      { numRuns: 300 },
    );
  });
});
