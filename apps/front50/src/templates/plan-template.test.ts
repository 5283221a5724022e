import { pipelineTemplateSchema } from '@gennaker/contracts/pipeline-templates';
import { describe, expect, it } from 'vitest';
import { planTemplate } from './plan-template.ts';

const template = pipelineTemplateSchema.parse({
  id: 'deploy',
  metadata: { name: 'Deploy' },
  variables: [
    { name: 'image', type: 'string' },
    { name: 'replicas', type: 'int', defaultValue: 2 },
    { name: 'regions', type: 'list', defaultValue: ['a'] },
    { name: 'labels', type: 'object', defaultValue: {} },
    { name: 'dry', type: 'boolean', defaultValue: false },
  ],
  pipeline: {
    keepWaitingPipelines: true,
    triggers: [{ type: 'webhook', source: 'hub' }],
    notifications: [{ type: 'slack' }],
    parameterConfig: [{ name: 'tag' }],
    stages: [
      {
        refId: '1',
        type: 'deploy',
        name: 'Deploy ${templateVariables.image}',
        replicas: '${templateVariables.replicas}',
        regions: '${ templateVariables["regions"] }',
        '${templateVariables.image}': 1,
        tag: '${parameters.tag}-${templateVariables.image}',
        later: "${templateVariables.dry ? #stage('Deploy') : trigger.x}",
      },
    ],
  },
});
const config = (more: Record<string, unknown> = {}) => ({
  schema: 'v2',
  type: 'templatedPipeline',
  id: 'p1',
  name: 'Mine',
  application: 'shop',
  template: { reference: 'spinnaker://deploy' },
  variables: { image: 'app' },
  ...more,
});
const errorsOf = (variables: Record<string, unknown>) =>
  planTemplate(template, config({ variables })).errors.map(({ location }) => location);

describe('a templated pipeline', () => {
  it('stands for its template with its own values: alone they keep their type, in texts they become text', () => {
    expect(planTemplate(template, config({ variables: { image: 'app', replicas: 5 } })).pipeline).toEqual({
      id: 'p1',
      name: 'Mine',
      application: 'shop',
      keepWaitingPipelines: true,
      triggers: [{ type: 'webhook', source: 'hub', inherited: true }],
      notifications: [{ type: 'slack', inherited: true }],
      parameterConfig: [{ name: 'tag', inherited: true }],
      stages: [
        {
          refId: '1',
          type: 'deploy',
          name: 'Deploy app',
          replicas: 5,
          regions: ['a'],
          app: 1,
          tag: '${parameters.tag}-app',
          later: "${templateVariables.dry ? #stage('Deploy') : trigger.x}",
        },
      ],
      templateVariables: { image: 'app', replicas: 5, regions: ['a'], labels: {}, dry: false },
    });
  });

  it('leaves out what it excludes, and adds its own after what it inherits', () => {
    const { pipeline } = planTemplate(
      template,
      config({
        exclude: ['triggers', 'parameters'],
        triggers: [{ type: 'cron' }],
        notifications: [{ type: 'email' }],
        stages: [{ refId: '2', type: 'wait' }],
      }),
    );
    expect(pipeline).toMatchObject({
      triggers: [{ type: 'cron' }],
      notifications: [{ type: 'slack', inherited: true }, { type: 'email' }],
    });
    expect(pipeline?.['parameterConfig']).toBeUndefined();
    expect(pipeline?.['stages']).toHaveLength(2);
  });

  it('is refused with the path of each value that is missing, wrong or unknown', () => {
    expect(errorsOf({})).toEqual(['variables.image']);
    expect(errorsOf({ image: 5, replicas: 1.5, regions: 'a', labels: [], dry: 'yes', more: 1 })).toEqual([
      ...['image', 'replicas', 'regions', 'labels', 'dry', 'more'].map((name) => `variables.${name}`),
    ]);
    expect(errorsOf({ image: 'x', replicas: '${ parameters.count }' })).toEqual([]);
  });

  it('tells where its template cannot be evaluated', () => {
    const broken = { ...template, pipeline: { stages: [{ name: '${templateVariables.image.nope()}' }] } };
    expect(planTemplate(broken, config()).errors).toMatchObject([{ location: 'pipeline.stages.0.name' }]);
  });
});
