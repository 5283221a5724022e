import { expect, test } from 'vitest';
import { z } from 'zod';
import { demoPipeline } from './demo-pipeline.ts';
import { HELLO } from './hello-application.ts';

const stages = z.array(
  z.looseObject({ refId: z.string(), requisiteStageRefIds: z.array(z.string()), name: z.string() }),
);
const order = (pipeline: Record<string, unknown>) => stages.parse(pipeline['stages']);

test('every instance is tested after the deploy and before the approval, and the old group goes last', () => {
  const all = order(demoPipeline({ account: 'a' }));
  const byName = new Map(all.map((stage) => [stage.name, stage]));
  const deploy = byName.get('Deploy dark');
  const tests = all.filter((stage) => stage.name.startsWith('Smoke test'));
  expect(tests).toHaveLength(HELLO.instances);
  for (const stage of tests) expect(stage.requisiteStageRefIds).toEqual([deploy?.refId]);
  expect(byName.get('Approve')?.requisiteStageRefIds).toEqual(tests.map((stage) => stage.refId));
  const chain = ['Approve', 'Enable new', 'Disable old', 'Destroy old'].map((name) => byName.get(name));
  for (const [index, stage] of chain.slice(1).entries())
    expect(stage?.requisiteStageRefIds).toEqual([chain[index]?.refId]);
  expect(new Set(all.map((stage) => stage.refId)).size).toBe(all.length);
});

test('the fault takes the old group out first', () => {
  const names = order(demoPipeline({ account: 'a', disableFirst: true })).map((stage) => stage.name);
  expect(names.indexOf('Disable old')).toBeLessThan(names.indexOf('Enable new'));
});
