import type { LabRequest, LabResult } from '@gennaker/contracts/strategy-lab';
import { describe, expect, it } from 'vitest';
import { simulateStrategy } from './strategy-lab.ts';

const play = (cluster: Record<string, unknown>, more: Partial<LabRequest> = {}): Promise<LabResult> =>
  simulateStrategy({
    ...{ application: 'hello', cluster, instances: { before: 3, after: 3 }, scenario: 'goesWell', pipelines: [] },
    ...more,
  });
const broken = ({ invariants }: LabResult) => invariants.filter(({ holds }) => !holds).map(({ sentence }) => sentence);
const quickCanary = { strategy: 'canary', canary: { steps: [{ percentage: 20, waitSeconds: 20 }] } };
const settings: Readonly<Record<string, Record<string, unknown>>> = {
  none: {},
  redblack: { strategy: 'redblack', delayBeforeDisableSec: 10, scaleDown: true },
  highlander: { strategy: 'highlander' },
  rollingredblack: { strategy: 'rollingredblack', targetPercentages: [50] },
  rolling: { strategy: 'rolling', maxSurge: '34%' },
  rollingpush: { strategy: 'rollingpush' },
  monitored: { strategy: 'monitored', deploySteps: [34], analysisSeconds: 20 },
  canary: quickCanary,
};

describe('the strategy lab', () => {
  it.each(Object.entries(settings))('plays %s: all that must hold holds', async (strategy, cluster) => {
    const result = await play(cluster);
    expect(result).toMatchObject({ strategy, status: 'SUCCEEDED' });
    expect(broken(result)).toEqual([]);
    expect(result.invariants.map(({ id }) => id)).toEqual(['total', 'serving', 'healthyOnly', 'ends', 'nothingLeft']);
    // Each request is in some period, and somebody answered it.
    const { points, stepMs, durationMs, summary } = result;
    const total = points.reduce((sum, { requests }) => sum + requests.old + requests.new + requests.failed, 0);
    expect(summary).toContain(`0 of ${total.toLocaleString('en-US')} requests failed`);
    expect(points.map(({ at }) => at)).toEqual(points.map((_, index) => (index + 1) * stepMs));
    expect(points.at(-1)?.at).toBeGreaterThanOrEqual(durationMs - stepMs);
    expect(points[0]).toMatchObject({ old: 3, serving: 3 });
    expect(points.at(-1)?.new).toBe(3);
  });

  it('plays a deploy by a stored pipeline, of which nothing is promised', async () => {
    const stages = [
      { refId: '1', requisiteStageRefIds: [], type: 'deploy', name: 'Deploy it', trafficOptions: 'inherit' },
    ];
    const result = await play({ strategy: 'custom', strategyPipeline: 'careful' }, {
      pipelines: [{ id: 'careful', application: 'hello', name: 'careful', stages }],
    } as Partial<LabRequest>);
    expect(result.status).toBe('SUCCEEDED');
    expect(result.invariants.map(({ id }) => id)).toEqual(['healthyOnly', 'ends', 'nothingLeft']);
    expect(result.points.at(-1)).toMatchObject({ old: 3, new: 3 });
  });

  it('takes a version back that never gets healthy, and the old one serves as before', async () => {
    const result = await play({ strategy: 'redblack' }, { scenario: 'neverHealthy' });
    expect(result.status).toBe('TERMINAL');
    expect(broken(result)).toEqual([]);
    expect(result.summary).toMatch(/^The deploy fails and is taken back after 10 min.*the new version got 0 %/);
    expect(result.steps.some(({ afterFailure }) => afterFailure)).toBe(true);
    expect(result.reason?.summary).toBeTruthy();
  });

  it('shows a version that answers errors taken back by a canary, at most its share lost', async () => {
    const result = await play(quickCanary, { scenario: 'answersErrors' });
    expect(result.status).toBe('TERMINAL');
    expect(broken(result)).toEqual([]);
    for (const { requests } of result.points)
      expect(requests.failed / (requests.old + requests.new + requests.failed)).toBeLessThanOrEqual(0.25);
    expect(result.points.some(({ requests }) => requests.failed > 0)).toBe(true);
    expect(result.points.at(-1)?.requests.failed).toBe(0);
  });

  it('plays an external monitor, which sees what the scenario makes of the new version', async () => {
    const cluster = { strategy: 'monitored', deploySteps: [34], deploymentMonitor: { id: 'logs' } };
    const good = await play(cluster);
    expect(good).toMatchObject({ status: 'SUCCEEDED' });
    expect(good.assumptions).toContain('The external monitor lets it go on.');
    const bad = await play(cluster, { scenario: 'answersErrors' });
    expect(bad).toMatchObject({ status: 'TERMINAL' });
    expect(broken(bad)).toEqual([]);
  });

  it('says where nothing looks at the answers', async () => {
    const result = await play({ strategy: 'redblack' }, { scenario: 'answersErrors' });
    expect(result).toMatchObject({ status: 'SUCCEEDED', summary: expect.stringContaining('nothing in it looks') });
  });

  it('shows the capacity that a crash takes, which is no fault of the strategy', async () => {
    const result = await play({ strategy: 'rolling' }, { scenario: 'instanceCrashes' });
    expect(broken(result)).toEqual([]);
    expect(Math.min(...result.points.map(({ serving }) => serving))).toBe(2);
    expect(result.invariants.find(({ id }) => id === 'serving')?.sentence).toContain('that the crash took');
  });

  it('puts long deploys into periods, and ends what takes too long', async () => {
    const cluster = { strategy: 'redblack', delayBeforeDisableSec: 30 * 60 };
    const instances = { before: 1, after: 1 };
    const result = await simulateStrategy(
      { application: 'hello', cluster, instances, scenario: 'goesWell', pipelines: [] },
      { patienceMs: 10 * 60_000 },
    );
    expect(result).toMatchObject({ status: 'RUNNING', stepMs: 3_000 });
    expect(result.points.length).toBeLessThanOrEqual(241);
    expect(broken(result)).toEqual(['It had not ended after 10 min.']);
  });

  it('names what it cannot play', async () => {
    await expect(play({ strategy: 'bigbang' })).rejects.toMatchObject({ details: { field: 'cluster.strategy' } });
    await expect(play({ strategy: 'rolling', maxSurge: '${ surge }' })).rejects.toThrow(
      'cluster.maxSurge: it holds an expression',
    );
    await expect(play({ strategy: 'rolling', maxSurge: 'much' })).rejects.toMatchObject({
      details: { field: 'cluster.maxSurge' },
    });
  });

  it('stops when nobody waits any more', async () => {
    const abort = new AbortController();
    const playing = simulateStrategy(
      { application: 'hello', cluster: {}, instances: { before: 1, after: 1 }, scenario: 'goesWell', pipelines: [] },
      { signal: abort.signal },
    );
    abort.abort(new Error('gone'));
    await expect(playing).rejects.toThrow('gone');
  });
});
