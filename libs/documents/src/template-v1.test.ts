import { pipelineTemplateSchema } from '@gennaker/contracts/pipeline-templates';
import { describe, expect, it } from 'vitest';
import { readDocuments } from './read-documents.ts';
import { templateOfV1 } from './template-v1.ts';

const template = {
  schema: '1',
  id: 'deploy-image',
  metadata: { description: 'Deploys an image', owner: 'ann@example.com', scopes: ['global'] },
  variables: [
    { name: 'image', type: 'Object', description: 'what runs' },
    { name: 'size', type: 'int', defaultValue: 2 },
  ],
  configuration: {
    concurrentExecutions: { limitConcurrent: true },
    parameters: [{ name: 'zone', default: '{{ image.zone }}' }],
    triggers: [{ type: 'webhook', enabled: true }],
  },
  stages: [
    {
      id: 'ask',
      type: 'manualJudgment',
      name: 'Ask',
      config: { instructions: 'run {{image.name}} for {{ application }}?' },
    },
    {
      id: 'wait',
      type: 'wait',
      name: 'Wait',
      dependsOn: ['ask'],
      config: {
        waitTime: '{{ size }}',
        stageEnabled: { type: 'expression', expression: "${#judgment('Ask') == 'go'}" },
      },
    },
  ],
};

describe('a template of schema 1', () => {
  it('is written as one of schema v2', () => {
    const converted = templateOfV1(template);
    expect(converted).toEqual({
      notes: [expect.stringContaining('schema v2')],
      template: {
        schema: 'v2',
        id: 'deploy-image',
        metadata: { ...template.metadata, name: 'deploy-image' },
        variables: [
          { name: 'image', type: 'object', description: 'what runs' },
          { name: 'size', type: 'int', defaultValue: 2 },
        ],
        pipeline: {
          limitConcurrent: true,
          parameterConfig: [{ name: 'zone', default: '${templateVariables.image.zone}' }],
          triggers: [{ type: 'webhook', enabled: true }],
          stages: [
            {
              type: 'manualJudgment',
              name: 'Ask',
              instructions: 'run ${templateVariables.image.name} for ${execution.application}?',
              refId: 'ask',
              requisiteStageRefIds: [],
            },
            {
              type: 'wait',
              name: 'Wait',
              waitTime: '${templateVariables.size}',
              stageEnabled: { type: 'expression', expression: "${#judgment('Ask') == 'go'}" },
              refId: 'wait',
              requisiteStageRefIds: ['ask'],
            },
          ],
        },
      },
    });
    expect(pipelineTemplateSchema.safeParse('template' in converted ? converted.template : undefined).success).toBe(
      true,
    );
  });

  it('is found in files like any other', () => {
    expect(readDocuments('template.json', JSON.stringify(template))).toMatchObject({
      found: [{ kind: 'template', path: '$', format: 'template v1', document: { schema: 'v2', id: 'deploy-image' } }],
      refused: [],
    });
  });

  const [ask, wait] = template.stages;
  it.each([
    [
      'a loop',
      { stages: [{ ...wait, config: { waitTime: '{% for x in y %}1{% endfor %}' } }] },
      '$.pipeline.stages[0].waitTime',
    ],
    [
      'a filter',
      { stages: [ask, { ...wait, config: { waitTime: '{{ size|int }}' } }] },
      '$.pipeline.stages[1].waitTime',
    ],
    ['a condition', { stages: [{ ...wait, when: ['{{ size }}'] }] }, '$.stages[0].when'],
    ['a place to be put in', { stages: [{ ...wait, inject: { first: true } }] }, '$.stages[0].inject'],
    ['a template that it extends', { source: 'spinnaker://other' }, '$.source'],
    ['modules', { modules: [{ id: 'm' }] }, '$.modules'],
  ])('with %s is refused, naming the place', (_what, change, path) => {
    const { found, refused } = readDocuments('template.json', JSON.stringify({ ...template, ...change }));
    expect(found).toEqual([]);
    expect(refused).toMatchObject([{ path, reason: expect.stringContaining('schema 1'), fix: expect.any(String) }]);
  });

  it('that a pipeline names is not at hand', () => {
    const text = JSON.stringify({ schema: '1', pipeline: { application: 'shop', template: { source: 'http://x' } } });
    expect(readDocuments('config.json', text).refused).toMatchObject([{ reason: expect.stringContaining('schema 1') }]);
  });
});
