import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { followExecution, patiently } from '@gennaker/app-demo/follow-execution';
import { HELLO, WORLD } from '@gennaker/app-demo/hello-application';
import { promotionPipelines } from '@gennaker/app-demo/promotion-pipelines';
import { demoAccount, savePipeline } from '@gennaker/app-demo/seeding';
import { createClient } from '@gennaker/client/client';
import { gateApi } from '@gennaker/contracts/gate';
import type { System } from '@gennaker/fixtures/system';
import { startCheckedSystem } from './checked-system.ts';
import { type Ended, runProgram } from './run-program.ts';

let system: System;
beforeAll(async () => {
  system = await startCheckedSystem({ offset: 2200 });
}, 15 * 60_000);
afterAll(() => system?.stop());

const demo = (...args: string[]): Promise<Ended> =>
  runProgram('apps/demo/src/main.ts', ['--data', system.dataDir, ...args]);
const failedRequests = ({ report }: Ended): number =>
  report.rows.filter(({ metric, value }) => /failed/.test(metric) && Number(value) > 0).length;

describe('a delivery under traffic', () => {
  it('loses no request while the new version takes over', async () => {
    const ended = await demo();
    expect(ended.report.ok, ended.output.slice(-4000)).toBe(true);
    expect(ended.code).toBe(0);
    expect(failedRequests(ended)).toBe(0);
  });

  it('goes on to one region and then to two, by red/black and dark, unattended but for the approval', async () => {
    const gate = createClient(gateApi, { baseUrl: system.addresses['gate'] ?? '' });
    const account = await demoAccount(gate);
    const told: string[] = [];
    const say = (line: string): void => void told.push(line);
    const promote = async (pipelineName: string, regions: readonly string[]): Promise<string[]> => {
      for (const pipeline of promotionPipelines({ account, regions })) await savePipeline(gate, pipeline);
      const { ref } = await gate.startPipeline({
        params: { application: HELLO.application, name: pipelineName },
        body: { type: 'manual' },
      });
      const id = ref.split('/').at(-1) ?? ref;
      const approve = (stageId: string): Promise<unknown> =>
        patiently(() => gate.patchStage({ params: { id, stageId }, body: { judgmentStatus: 'continue' } }), say);
      await followExecution(gate, id, {
        timeoutMs: 120_000,
        say,
        onStage: async ({ id: stageId, type, status }) => {
          if (type === 'manualJudgment' && status === 'RUNNING') await approve(stageId);
        },
      });
      const groups = await gate.listServerGroups({ params: { application: HELLO.application } });
      return groups
        .filter(({ cluster }) => cluster === WORLD.cluster)
        .map(
          (group) =>
            `${group.region} ${group.name} ${group.isDisabled ? 'disabled' : 'serves'}, ${group.instances.length}`,
        )
        .toSorted();
    };

    await promote(WORLD.redBlack, [HELLO.region]);
    expect(await promote(WORLD.redBlack, WORLD.regions), told.join('\n')).toEqual([
      'europe-west1 hello-world-v000 serves, 2',
      'us-central1 hello-world-v000 disabled, 0',
      'us-central1 hello-world-v001 serves, 2',
    ]);
    expect(await promote(WORLD.dark, WORLD.regions), told.join('\n')).toEqual([
      'europe-west1 hello-world-v001 serves, 2',
      'us-central1 hello-world-v000 disabled, 0',
      'us-central1 hello-world-v002 serves, 2',
    ]);
    const images = await gate.findImages({ query: { provider: 'gce', q: 'hello-*', 'tag:promoted': 'world' } });
    expect(images.length).toBeGreaterThan(0);
  });

  it('comes out red when connections are cut instead of drained', async () => {
    const ended = await demo('--plant', 'no-draining');
    expect(ended.report.ok, ended.output.slice(-4000)).toBe(false);
    expect(failedRequests(ended)).toBeGreaterThan(0);
    expect(ended.code).toBe(1);
  });

  it('comes out red when the old version is disabled before the new one is enabled', async () => {
    const ended = await demo('--plant', 'disable-first');
    expect(ended.report.ok, ended.output.slice(-4000)).toBe(false);
    expect(failedRequests(ended)).toBeGreaterThan(0);
    expect(ended.code).toBe(1);
  });
});
