import { expectPipeline, pipeline, type PipelineResult } from '@gennaker/testing';
import { describe, expect, it } from 'vitest';

const where = { account: 'local-gce', application: 'hello', stack: 'prod', region: 'us-central1' };
const running = { ...where, instances: 2, loadBalancers: ['hello-lb'] };
const deploy = (settings: object, more: Record<string, unknown> = {}) =>
  expectPipeline(
    pipeline('hello', 'deploy').stage('deploy', 'Deploy', {
      clusters: [
        {
          ...where,
          image: 'hello-2',
          capacity: { min: 2, max: 2, desired: 2 },
          loadBalancers: ['hello-lb'],
          strategy: 'redblack',
          ...settings,
        },
      ],
      ...more,
    }),
  )
    .withLoadBalancer('hello-lb', 'us-central1')
    .withServerGroup({ ...running, image: 'hello-1' })
    .withImage('hello-2');
const groups = (result: PipelineResult): string[] =>
  result.serverGroups.map(
    ({ name, isDisabled, instances }) => `${name} ${isDisabled ? 'off' : 'on'} ${instances.length}`,
  );
const done = (result: PipelineResult): string[] =>
  result.operations.map(({ name, description }) => `${name} ${String(description['serverGroupName'] ?? '')}`.trim());

describe('a red/black deploy', () => {
  it('takes the traffic of the older one when the new one is healthy, and leaves its instances as a way back', async () => {
    const result = await deploy({ strategy: 'RedBlack' }).toSucceed();
    expect(groups(result)).toEqual(['hello-prod-v000 off 2', 'hello-prod-v001 on 2']);
    expect(done(result)).toEqual(['createServerGroup', 'disableServerGroup hello-prod-v000']);
  });

  it('shrinks the cluster before it disables, so that only what served no more goes; then scales down', async () => {
    const result = await deploy({ maxRemainingAsgs: 2, scaleDown: true, delayBeforeScaleDownSec: 60 })
      .withServerGroup({ ...running, image: 'hello-1b' })
      .toSucceed();
    expect(done(result)).toEqual([
      'createServerGroup',
      'disableServerGroup hello-prod-v001',
      'disableServerGroup hello-prod-v000',
      'resizeServerGroup hello-prod-v001',
      'resizeServerGroup hello-prod-v000',
    ]);
  });

  it('has a pipeline look at the new one while it is dark, and only then gives it traffic', async () => {
    const check = pipeline('hello', 'check').stage('webhook', 'Ask', { url: 'https://example.com/check' });
    const result = await deploy({ verify: { pipelineId: 'check' } })
      .withPipeline(check)
      .answering('https://example.com/', { body: { ok: true } })
      .toSucceed();
    expect(done(result)).toEqual([
      'createServerGroup',
      'enableServerGroup hello-prod-v001',
      'disableServerGroup hello-prod-v000',
    ]);
    expect(result.operations[0]?.description['disableTraffic']).toBe(true);
  });

  it('gives a version that is not verified no traffic at all', async () => {
    const result = await deploy({
      verify: { url: 'https://example.com/check', method: 'POST' },
      rollback: { destroyLatest: true },
    })
      .answering('https://example.com/', { status: 400, body: {} })
      .toFail({ stage: 'Deploy', reason: 'Verify hello-prod-v001' });
    expect(groups(result)).toEqual(['hello-prod-v000 on 2']);
    expect(done(result)).not.toContain('enableServerGroup hello-prod-v001');
  });

  it('leaves the older one untouched when the new one never gets healthy, and the new one out of traffic', async () => {
    const result = await deploy({}).whenHealthFails('us-central1').toRollBack();
    expect(groups(result)).toEqual(['hello-prod-v000 on 2', 'hello-prod-v001 off 2']);
    expect(done(result)).toEqual(['createServerGroup', 'disableServerGroup hello-prod-v001']);
  });

  it('rolls back and destroys the new one where this is asked for', async () => {
    const result = await deploy({ rollback: { onFailure: true, destroyLatest: true } })
      .whenHealthFails('us-central1')
      .toRollBack();
    expect(groups(result)).toEqual(['hello-prod-v000 on 2']);
  });

  it('refuses to take over without traffic before anything is made', async () => {
    const result = await deploy({ enableTraffic: false }).toFail({ stage: 'Deploy', reason: 'nothing would serve' });
    expect(result.operations).toEqual([]);
  });

  it('waits before it takes anything while the new one is ill, and goes on when it is healthy again', async () => {
    const result = await deploy({ delayBeforeDisableSec: 300 })
      .whenHealthIsLost('hello-prod-v001', { afterMs: 240_000, forMs: 120_000 })
      .toSucceed();
    expect(groups(result)).toEqual(['hello-prod-v000 off 2', 'hello-prod-v001 on 2']);
    expect(result.durationMs).toBeGreaterThan(360_000);
  });

  it('leaves the older one untouched when the new one falls ill before its turn, and stays so', async () => {
    const result = await deploy({ delayBeforeDisableSec: 300, unhealthyPatienceSeconds: 60 })
      .whenHealthIsLost('hello-prod-v001', { afterMs: 240_000 })
      .toRollBack();
    expect(groups(result)).toEqual(['hello-prod-v000 on 2', 'hello-prod-v001 off 2']);
    expect(done(result)).not.toContain('disableServerGroup hello-prod-v000');
    expect(result.stage('Deploy').reason?.summary).toContain('was to take over and is not healthy');
  });

  it('has two deploys to one cluster queue, and the later one replace what the earlier one made', async () => {
    const one = (name: string, image: string) => ({
      name,
      settings: {
        clusters: [
          {
            ...where,
            image,
            capacity: { min: 1, max: 1, desired: 1 },
            loadBalancers: ['hello-lb'],
            strategy: 'redblack',
            delayBeforeDisableSec: 600,
          },
        ],
      },
    });
    const [first, second] = [one('First', 'hello-2'), one('Second', 'hello-3')];
    const result = await expectPipeline(
      pipeline('hello', 'both')
        .stage('deploy', first.name, first.settings, { after: [] })
        .stage('deploy', second.name, second.settings, { after: [] }),
    )
      .withLoadBalancer('hello-lb', 'us-central1')
      .withServerGroup({ ...running, image: 'hello-1' })
      .withImage('hello-2')
      .withImage('hello-3')
      .toSucceed();
    const order = done(result);
    expect(order).toEqual([
      'createServerGroup',
      'disableServerGroup hello-prod-v000',
      'createServerGroup',
      'disableServerGroup hello-prod-v001',
    ]);
  });
});

describe('a cluster without load balancers', () => {
  const cluster = { ...where, image: 'hello-2', capacity: { min: 2, max: 2, desired: 2 } };
  const deployed = async (settings: object): Promise<string[]> => {
    const result = await expectPipeline(
      pipeline('hello', 'deploy').stage('deploy', 'Deploy', { clusters: [{ ...cluster, ...settings }] }),
    )
      .withServerGroup({ ...where, instances: 2, image: 'hello-1' })
      .withImage('hello-2')
      .toSucceed();
    return groups(result);
  };

  it('has the older one disabled by what is asked for alone, as nothing in the cloud shows it', async () => {
    expect(await deployed({ strategy: 'redblack' })).toEqual(['hello-prod-v000 off 2', 'hello-prod-v001 on 2']);
  });

  it.each([
    ['redblack', { scaleDown: true }, ['hello-prod-v000 off 0', 'hello-prod-v001 on 2']],
    [
      'rollingredblack',
      { targetPercentages: [50], scaleDown: true },
      ['hello-prod-v000 off 0', 'hello-prod-v001 on 2'],
    ],
    ['rolling', {}, ['hello-prod-v000 off 0', 'hello-prod-v001 on 2']],
    ['highlander', {}, ['hello-prod-v001 on 2']],
  ])('has %s end its work with its instances', async (strategy, settings, left) => {
    expect(await deployed({ strategy, ...settings })).toEqual(left);
  });
});

describe('the lock of a cluster', () => {
  it('is given back when a deploy fails while it waits, so that the next one goes on', async () => {
    const cluster = { ...where, capacity: { min: 1, max: 1, desired: 1 }, loadBalancers: ['hello-lb'] };
    const result = await expectPipeline(
      pipeline('hello', 'both')
        .stage(
          'deploy',
          'First',
          { clusters: [{ ...cluster, image: 'hello-2', strategy: 'redblack', delayBeforeDisableSec: 7200 }] },
          { after: [], stageTimeoutMs: 600_000, continuePipeline: true },
        )
        .stage('deploy', 'Second', { clusters: [{ ...cluster, image: 'hello-3' }] }, { after: [] }),
    )
      .withLoadBalancer('hello-lb', 'us-central1')
      .withServerGroup({ ...running, image: 'hello-1' })
      .withImage('hello-2')
      .withImage('hello-3')
      .toSucceed();
    expect(result.stage('First').status).toBe('FAILED_CONTINUE');
    expect(result.stage('Take hello-prod-v001 out of traffic').status).toBe('SUCCEEDED');
    // The first one is out of traffic before the second is made.
    expect(done(result)).toEqual(['createServerGroup', 'disableServerGroup hello-prod-v001', 'createServerGroup']);
    expect(groups(result)).toEqual(['hello-prod-v000 on 2', 'hello-prod-v001 off 1', 'hello-prod-v002 on 1']);
  });
});

describe('a deploy to two regions', () => {
  const both = (onRegionFailure?: 'keep' | 'rollbackAll') => {
    const cluster = (region: string) => ({
      ...where,
      region,
      image: 'hello-2',
      capacity: { min: 1, max: 1, desired: 1 },
      loadBalancers: ['hello-lb'],
      strategy: 'redblack',
    });
    const here = { ...where, image: 'hello-1', loadBalancers: ['hello-lb'] };
    return expectPipeline(
      pipeline('hello', 'deploy').stage('deploy', 'Deploy', {
        clusters: [cluster('us-central1'), cluster('europe-west1')],
        ...(onRegionFailure ? { onRegionFailure } : {}),
      }),
    )
      .withLoadBalancer('hello-lb', 'us-central1')
      .withLoadBalancer('hello-lb', 'europe-west1')
      .withServerGroup(here)
      .withServerGroup({ ...here, region: 'europe-west1', image: 'hello-1b' })
      .withImage('hello-2')
      .whenHealthFails('europe');
  };
  const serving = (result: PipelineResult): string[] =>
    result.serverGroups
      .filter(({ isDisabled }) => !isDisabled)
      .map(({ region, name }) => `${region} ${name}`)
      .toSorted();

  it('goes on in the one when the other fails, and says what stands where', async () => {
    const result = await both().toFail({
      stage: 'Deploy',
      reason: /"Deploy in europe-west1" failed: .*"Deploy in us-central1" succeeded and stays/,
    });
    expect(serving(result)).toEqual(['europe-west1 hello-prod-v000', 'us-central1 hello-prod-v001']);
  });

  it('takes both back where they are to stand or fall together', async () => {
    const result = await both('rollbackAll').toFail({ stage: 'Deploy', reason: 'succeeded and is taken back' });
    expect(serving(result)).toEqual(['europe-west1 hello-prod-v000', 'us-central1 hello-prod-v000']);
  });
});
