import { pipelineTemplateSchema } from '@gennaker/contracts/pipeline-templates';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { convertToTemplate } from './convert-to-template.ts';
import { planTemplate } from './plan-template.ts';

const text = fc.constantFrom('', 'a', 'shop', '${parameters.x}', "${#stage('A')}", 'ü');
const stage = fc.record({
  type: fc.constantFrom('wait', 'deploy', 'webhook'),
  name: text,
  application: fc.constantFrom('shop', 'bank', 3),
  clusters: fc.array(fc.record({ application: fc.constant('shop'), stack: text }), { maxLength: 2 }),
  payload: fc
    .jsonValue({ depthSize: 'small', stringUnit: 'grapheme-ascii' })
    .filter((value) => !JSON.stringify(value).includes('${')),
});

it('a pipeline that is made of its template does what the first one did', () => {
  fc.assert(
    fc.property(fc.array(stage, { maxLength: 4 }), (stages) => {
      const template = convertToTemplate({ id: 'one', name: 'Deploy it', application: 'shop', stages });
      expect(pipelineTemplateSchema.safeParse(template).error).toBeUndefined();
      const planned = planTemplate(template, { name: 'Again', application: 'shop' });
      expect(planned.errors).toEqual([]);
      expect(planned.pipeline?.['stages']).toEqual(stages);
    }),
  );
});

it('of another application, the pipeline works on that one', () => {
  const stages = [{ type: 'deploy', clusters: [{ application: 'shop', account: 'prod' }] }];
  const template = convertToTemplate({
    ...{ id: 'one', name: 'Deploy it', application: 'shop', index: 3, updateTs: '5', description: 'Deploys' },
    ...{ stages, triggers: [{ type: 'cron', id: 'x', cronExpression: '0 0 10 ? * *' }] },
  });
  expect(template).toMatchObject({
    id: 'shop-Deploy-it',
    metadata: { name: 'Deploy it', description: 'Deploys', scopes: ['shop'] },
    variables: [{ name: 'application', defaultValue: 'shop' }],
    pipeline: { triggers: [{ type: 'cron', cronExpression: '0 0 10 ? * *' }] },
  });
  expect(Object.keys(template.pipeline).toSorted()).toEqual(['description', 'stages', 'triggers']);
  expect(JSON.stringify(template.pipeline)).not.toContain('"id"');
  const planned = planTemplate(template, { name: 'P', application: 'bank', variables: { application: 'bank' } });
  expect(planned.pipeline?.['stages']).toEqual([
    { type: 'deploy', clusters: [{ application: 'bank', account: 'prod' }] },
  ]);
});
