import { notFound } from '@gennaker/contracts/error';
import type { Call } from '@gennaker/contracts/route';
import {
  type LabRequest,
  labRequestSchema,
  labResultSchema,
  type strategyLabRoutes,
} from '@gennaker/contracts/strategy-lab';
import { systemClock } from '@gennaker/service/clock';
import { afterAll, describe, expect, it } from 'vitest';
import type { World } from '../world.ts';
import { labHandlers } from './lab-handlers.ts';
import { strategyLab } from './strategy-lab.ts';

type Simulate = Call<typeof strategyLabRoutes.simulateStrategy>;

const stages = [{ refId: '1', requisiteStageRefIds: [], type: 'deploy', name: 'Deploy it', trafficOptions: 'inherit' }];
const careful = { id: 'p1', application: 'hello', name: 'careful', stages };
const front50 = {
  getPipeline: async () => {
    throw notFound('There is no such pipeline');
  },
  getPipelineByName: async ({ params }: { params: { application: string; name: string } }) => {
    if (params.application === careful.application && params.name === careful.name) return careful;
    throw notFound('There is no such pipeline');
  },
};
const lab = strategyLab(systemClock);
const { simulateStrategy } = labHandlers(lab, { ports: { front50 } } as unknown as World);
const ask = (cluster: LabRequest['cluster'], signal = new AbortController().signal) =>
  simulateStrategy({
    body: labRequestSchema.parse({ application: 'hello', cluster, instances: { before: 1, after: 1 } }),
    signal,
  } as Simulate);

describe('the strategy lab of orca', () => {
  afterAll(() => lab.close());

  it('plays deploys on a thread of its own, stored pipelines too, and leaves out those that nobody waits for', async () => {
    const gone = new AbortController();
    const answers = Promise.allSettled([
      ask({ strategy: 'redblack' }),
      ask({ strategy: 'highlander' }, gone.signal),
      ask({ strategy: 'custom', strategyPipeline: 'careful' }),
      ask({ strategy: 'rolling', maxSurge: 'much' }),
      ask({ strategy: 'custom', strategyPipeline: 'careless' }),
    ]);
    setImmediate(() => gone.abort(new Error('the client left')));
    const [redblack, left, custom, wrong, missing] = await answers;
    expect(redblack).toMatchObject({ value: { strategy: 'redblack', scenario: 'goesWell', status: 'SUCCEEDED' } });
    expect(labResultSchema.safeParse(redblack?.status === 'fulfilled' && redblack.value).error).toBeUndefined();
    expect(custom).toMatchObject({ value: { strategy: 'custom', status: 'SUCCEEDED' } });
    expect(left).toMatchObject({ reason: { message: 'the client left' } });
    expect(wrong).toMatchObject({ reason: { status: 400, details: { field: 'cluster.maxSurge' } } });
    expect(missing).toMatchObject({
      reason: { status: 400, message: 'cluster.strategyPipeline: there is no pipeline "careless" in hello' },
    });
  }, 30_000);

  it('refuses what is too much to wait for, and goes on once it is less', async () => {
    const gone = new AbortController();
    const crowd = Array.from({ length: 9 }, async () => ask({}, gone.signal));
    const all = Promise.allSettled(crowd);
    await new Promise((resolve) => void setImmediate(resolve));
    await expect(ask({})).rejects.toMatchObject({ status: 429 });
    gone.abort(new Error('the clients left'));
    expect((await all).every(({ status }) => status === 'rejected')).toBe(true);
    expect(await ask({})).toMatchObject({ strategy: 'none', status: 'SUCCEEDED' });
  }, 30_000);
});
