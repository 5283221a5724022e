import { describe, expect, it } from 'vitest';
import { predictionSchema } from '@gennaker/contracts/orca-insight';
import { Run, stage } from '../engine.fixture.ts';
import { predict, quantile, type FinishedRun } from './predict.ts';

const past = (...times: readonly (readonly [number, number, number])[]): FinishedRun[] =>
  times.map(([one, two, three]) => ({
    durationMs: one + Math.max(two, three),
    stages: [one, two, three].map((durationMs, index) => ({ refId: String(index + 1), type: 'scripted', durationMs })),
  }));
const forked = () =>
  new Run([
    stage('1', [], { tasks: [['RUNNING']] }),
    stage('2', ['1'], { tasks: [['RUNNING']] }),
    stage('3', ['1'], { tasks: [['RUNNING']] }),
  ]);

describe('predicting the end', () => {
  it('says nothing without earlier runs', () => {
    const run = forked();
    const found = predict(run.state, [], run.now);
    expect(found).toMatchObject({ basis: 0 });
    expect(found.finishAt).toBeUndefined();
  });

  it('follows the slowest branch, from where the execution stands now', () => {
    const run = forked();
    run.send({ type: 'Start' });
    const history = past([100, 20, 50], [100, 20, 50], [200, 90, 50]);
    const found = predictionSchema.parse(predict(run.state, history, run.now + 40));
    expect(found.finishAt).toEqual({ p50: run.now + 150, p90: run.now + 290 });
    expect(found.stages.map((one) => [one.p50Ms, one.p90Ms, one.runs])).toEqual([
      [100, 200, 3],
      [20, 90, 3],
      [50, 50, 3],
    ]);
    // It has taken longer than in the first two runs already.
    expect(predict(run.state, history, run.now + 150).finishAt?.p50).toBe(run.now + 200);
  });

  it('calls slow what nine of ten earlier runs were faster than, when there are enough of them', () => {
    const run = forked();
    run.send({ type: 'Start' });
    const times = Array.from({ length: 5 }, () => [100, 20, 50] as const);
    expect(predict(run.state, past(...times), run.now + 100).slow).toBeUndefined();
    expect(predict(run.state, past(...times), run.now + 101).slow).toMatchObject({
      summary: expect.stringContaining('The stage "stage 1"'),
      evidence: { tookMs: 101, p90Ms: 100, runs: 5 },
    });
    expect(predict(run.state, past(...times.slice(1)), run.now + 9_000).slow).toBeUndefined();
  });

  it('takes another stage at the same place for another stage', () => {
    const run = forked();
    const other = past([1, 1, 1]).map((one) => ({
      ...one,
      stages: one.stages.map((each) => ({ ...each, type: 'wait' })),
    }));
    expect(predict(run.state, other, run.now).stages.map((one) => one.runs)).toEqual([0, 0, 0]);
  });

  it('reads quantiles off the values there are', () => {
    expect([quantile([3, 1, 2], 0.5), quantile([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 0.9), quantile([], 0.5)]).toEqual([
      2, 9, 0,
    ]);
  });
});
