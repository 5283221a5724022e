import { describe, expect, it } from 'vitest';
import { startLane } from './start-lane.ts';

const lanesOf = (pipeline: { id: string; limitConcurrent?: boolean | string }): Set<string> =>
  new Set(Array.from({ length: 200 }, (_, index) => startLane(pipeline, `execution-${index}`)));

describe('starts that wait for orca', () => {
  it('keep their order where a pipeline runs one at a time', () => {
    expect(lanesOf({ id: 'a', limitConcurrent: true }).size).toBe(1);
    expect(lanesOf({ id: 'a', limitConcurrent: 'true' }).size).toBe(1);
  });

  it('go side by side where executions of a pipeline may', () => {
    expect(lanesOf({ id: 'a', limitConcurrent: false }).size).toBe(8);
    expect(lanesOf({ id: 'a' }).size).toBe(8);
  });

  it('of different pipelines do not all wait for each other', () => {
    const lanes = Array.from(
      { length: 100 },
      (_, index) => [...lanesOf({ id: `pipeline-${index}`, limitConcurrent: true })][0],
    );
    expect(new Set(lanes).size).toBe(8);
  });
});
