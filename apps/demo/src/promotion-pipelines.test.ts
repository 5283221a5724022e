import { expect, test } from 'vitest';
import { z } from 'zod';
import { WORLD } from './hello-application.ts';
import { promotionPipelines } from './promotion-pipelines.ts';

const stages = z.array(
  z.looseObject({ refId: z.string(), requisiteStageRefIds: z.array(z.string()), name: z.string() }),
);

test.each(promotionPipelines({ account: 'a', regions: WORLD.regions }).map((pipeline) => [pipeline['name'], pipeline]))(
  '%s tests every region after the deploy, and nothing older loses anything by its own stages before the approval',
  (_, pipeline) => {
    const all = stages.parse(pipeline['stages']);
    const deploy = all.find(({ name }) => name === 'Deploy');
    const tests = all.filter(({ name }) => name.startsWith('Smoke test'));
    expect(tests.map(({ name }) => name)).toEqual(WORLD.regions.map((region) => `Smoke test ${region}`));
    for (const test of tests) expect(test.requisiteStageRefIds).toEqual([deploy?.refId]);
    const approve = all.findIndex(({ name }) => name === 'Approve');
    expect(all[approve]?.requisiteStageRefIds).toEqual(tests.map(({ refId }) => refId));
    expect(all.findIndex(({ name }) => name.endsWith('old'))).toBeGreaterThan(approve);
  },
);
