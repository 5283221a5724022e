import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { planSchema } from '@gennaker/contracts/orca-insight';
import { planPreview } from '@gennaker/engine/insight/plan-preview';
import { resolve } from '@gennaker/expressions/resolve';
import { stages } from '@gennaker/stages/server';
import { describe, expect, it } from 'vitest';
import { definitionMap } from '../world.ts';

/** Published pipelines lie beside the repository where somebody put them there. */
const FOLDER = new URL('../../../../../shared/pipelines/', import.meta.url);
const definitions = definitionMap(Object.values(stages));
const env = {
  now: 1_700_000_000_000,
  definition: (type: string) => definitions.get(type),
  resolve: (value: unknown, scope: Parameters<typeof resolve>[1]) => resolve(value, scope),
};
const plan = (document: Record<string, unknown>) =>
  planSchema.parse(
    planPreview(
      {
        type: 'PIPELINE',
        application: String(document['application'] ?? 'app'),
        name: String(document['name'] ?? 'p'),
        document,
        trigger: { type: 'manual', parameters: {} },
      },
      env,
    ),
  );

describe('plans with the stage types of the product', () => {
  it('show the steps of every example of every stage type, without a warning that a plan failed', () => {
    for (const definition of Object.values(stages))
      for (const example of definition.examples) {
        const { stages: planned, warnings } = plan({ stages: [{ ...example, type: definition.type, refId: '1' }] });
        expect(planned).toHaveLength(1);
        expect(warnings.filter((one) => one.message.includes('is known here'))).toEqual([]);
      }
  });

  it('tell an expression of the parameters from one that asks for how an earlier stage went', () => {
    const { stages: planned, warnings } = plan({
      parameterConfig: [{ name: 'seconds', default: '7' }],
      stages: [
        { type: 'wait', refId: '1', name: 'First', waitTime: '${ parameters.seconds }' },
        {
          type: 'wait',
          refId: '2',
          requisiteStageRefIds: ['1'],
          waitTime: "${ #stage('First')['status'] == 'SUCCEEDED' ? 1 : 2 }",
        },
        {
          type: 'wait',
          refId: '3',
          requisiteStageRefIds: ['1'],
          waitTime: 1,
          stageEnabled: { type: 'expression', expression: "parameters.seconds == '8'" },
        },
      ],
    });
    expect(planned[0]?.context['waitTime']).toBe('7');
    expect(planned[1]?.context['waitTime']).toContain('#stage');
    expect(planned[2]).toMatchObject({ enabled: 'no' });
    expect(warnings).toMatchObject([{ stageRefId: '2', field: 'waitTime' }]);
  });

  it('are made of any published pipeline that is there, and never throw', () => {
    const files = existsSync(FOLDER) ? readdirSync(FOLDER).filter((name) => name.endsWith('.json')) : [];
    if (files.length === 0) process.stderr.write('No published pipelines are there: none was planned.\n');
    for (const name of files) {
      const found: unknown = JSON.parse(readFileSync(new URL(name, FOLDER), 'utf8'));
      for (const document of Array.isArray(found) ? found : [found]) {
        const planned = plan(document as Record<string, unknown>);
        const list = (document as { stages?: unknown }).stages;
        expect(planned.stages.length, name).toBe(Array.isArray(list) ? list.length : 0);
      }
    }
  });
});
