import { describe, expect, test } from 'vitest';
import { TestCloud } from './cloud.fixture.ts';
import type { Json } from './cloud.fixture.ts';
import { GROUP, groupOf } from './fleet.fixture.ts';

describe('autoscaling', () => {
  /** A group of two machines with two processors each, with an autoscaler. @param busy processors that an instance keeps busy */
  async function scaled(busy: (lab: TestCloud) => number): Promise<TestCloud> {
    const lab: TestCloud = new TestCloud({ busy: () => busy(lab) });
    await lab.group('g', 2);
    await lab.clock.advance(20_000);
    await lab.done('POST', 'regions/us-central1/autoscalers', {
      name: 'g',
      target: GROUP,
      autoscalingPolicy: {
        minNumReplicas: 2,
        maxNumReplicas: 6,
        coolDownPeriodSec: 30,
        cpuUtilization: { utilizationTarget: 0.5 },
      },
    });
    return lab;
  }

  const scaler = async (lab: TestCloud): Promise<Json> =>
    (await lab.api('GET', 'regions/us-central1/autoscalers/g')).body;

  test('grows with the load, waits for what starts, and shrinks ten minutes after the peak', async () => {
    let total = 0.4;
    const lab = await scaled(({ runtime }) => total / runtime.running.size);
    await lab.clock.advance(120_000);
    expect(await groupOf(lab)).toMatchObject({ targetSize: 2 });
    expect(await scaler(lab)).toMatchObject({ status: 'ACTIVE', recommendedSize: 2 });
    // Four processors' worth of work on machines with two each, half used: four machines.
    total = 4;
    await lab.clock.advance(180_000);
    expect(await groupOf(lab)).toMatchObject({ targetSize: 4, status: { isStable: true } });
    total = 40;
    await lab.clock.advance(120_000);
    expect(await scaler(lab)).toMatchObject({
      recommendedSize: 6,
      statusDetails: [{ type: 'CAPPED_AT_MAX_NUM_REPLICAS' }],
    });
    total = 0.4;
    await lab.clock.advance(540_000);
    expect(await groupOf(lab)).toMatchObject({ targetSize: 6 });
    await lab.clock.advance(120_000);
    expect(await groupOf(lab)).toMatchObject({ targetSize: 2 });
  });

  test('goes on after a look at the processes that failed', async () => {
    const lab = await scaled(({ runtime }) => 4 / runtime.running.size);
    const look = lab.runtime.cpuSeconds.bind(lab.runtime);
    let failures = 2;
    lab.runtime.cpuSeconds = (ids) => (failures-- > 0 ? Promise.reject(new Error('too many open files')) : look(ids));
    await lab.clock.advance(180_000);
    expect(failures).toBeLessThan(0);
    expect(await groupOf(lab)).toMatchObject({ targetSize: 4 });
  });

  test('one in mode OFF recommends only; its group cannot be deleted before it, and takes no second one', async () => {
    const lab = await scaled(() => 2);
    const query = 'regions/us-central1/autoscalers?autoscaler=g';
    await lab.done('PATCH', query, { autoscalingPolicy: { mode: 'OFF' } });
    await lab.clock.advance(120_000);
    expect(await groupOf(lab)).toMatchObject({
      targetSize: 2,
      status: { autoscaler: expect.stringContaining('/autoscalers/g') },
    });
    expect(await scaler(lab)).toMatchObject({
      recommendedSize: 4,
      autoscalingPolicy: { maxNumReplicas: 6, mode: 'OFF' },
    });
    expect((await lab.api('DELETE', GROUP)).body).toMatchObject({
      error: { errors: [{ reason: 'resourceInUseByAnotherResource' }] },
    });
    const second = { name: 'h', target: GROUP, autoscalingPolicy: { maxNumReplicas: 2 } };
    expect((await lab.api('POST', 'regions/us-central1/autoscalers', second)).status).toBe(400);
    await lab.done('DELETE', 'regions/us-central1/autoscalers/g');
    await lab.done('DELETE', GROUP);
    await lab.clock.advance(30_000);
    expect(lab.clock.waiting).toBe(0);
  });

  test('a schedule gives a group its instances for its time, and says when it starts and started', async () => {
    const lab = await scaled(() => 0.1);
    // It is 0:00 UTC on the first of January.
    const office = { schedule: '30 1 * * *', timeZone: 'Europe/Berlin', durationSec: 1800, minRequiredReplicas: 4 };
    const path = 'regions/us-central1/autoscalers?autoscaler=g';
    await lab.done('PATCH', path, { autoscalingPolicy: { scalingSchedules: { office } } });
    await lab.clock.advance(60_000);
    expect(await scaler(lab)).toMatchObject({
      scalingScheduleStatus: { office: { state: 'READY', nextStartTime: '2026-01-01T00:30:00.000Z' } },
    });
    await lab.clock.advance(30 * 60_000);
    expect(await groupOf(lab)).toMatchObject({ targetSize: 4 });
    expect(await scaler(lab)).toMatchObject({
      scalingScheduleStatus: { office: { state: 'ACTIVE', lastStartTime: '2026-01-01T00:30:00.000Z' } },
    });
    await lab.clock.advance(45 * 60_000);
    expect(await groupOf(lab)).toMatchObject({ targetSize: 2 });
    await lab.done('PATCH', path, { autoscalingPolicy: { scalingSchedules: { office: null } } });
    await lab.clock.advance(10_000);
    expect(await scaler(lab)).not.toHaveProperty('scalingScheduleStatus');
  });

  test('a policy that cannot be is refused by its field', async () => {
    const lab = new TestCloud();
    await lab.group('g', 1);
    for (const [policy, sentence] of [
      [{ minNumReplicas: 5, maxNumReplicas: 2 }, 'minNumReplicas must not be above maxNumReplicas'],
      [{ maxNumReplicas: 2, cpuUtilization: { utilizationTarget: 2 } }, 'utilizationTarget'],
      [{ maxNumReplicas: 2, customMetricUtilizations: [{}] }, 'no custom metrics'],
      [{ maxNumReplicas: 2, scalingSchedules: { s: { schedule: 'x' } } }, 'scalingSchedules.s'],
    ] as const) {
      const body = { name: 'g', target: GROUP, autoscalingPolicy: policy };
      expect(await lab.api('POST', 'regions/us-central1/autoscalers', body)).toMatchObject({
        status: 400,
        body: { error: { message: expect.stringContaining(sentence) } },
      });
    }
  });
});
