import { describe, expect, it } from 'vitest';
import { isBad, longSchedule, STRATEGIES, TROUBLES } from './schedule.ts';
import { VERSIONS } from './versions.ts';

describe('the long schedule', () => {
  const schedule = longSchedule(7);

  it('has fifty deploys with every strategy, trouble and version, the same for the same seed', () => {
    expect(schedule).toHaveLength(50);
    const has = (key: 'strategy' | 'trouble' | 'version') => new Set(schedule.map((deploy) => deploy[key]));
    expect(has('strategy')).toEqual(new Set(Object.keys(STRATEGIES)));
    expect(has('trouble')).toEqual(new Set(TROUBLES));
    expect(has('version')).toEqual(new Set(VERSIONS));
    expect(longSchedule(7)).toEqual(schedule);
    expect(longSchedule(8)).not.toEqual(schedule);
  });

  it('gives each deploy one trouble: what is done to it, or its version', () => {
    for (const { trouble, version } of schedule) expect((trouble === 'nothing') !== (version === 'good')).toBe(true);
  });

  it('lets only strategies that judge traffic have a version which passes its health check', () => {
    const judged = schedule.filter((deploy) => isBad(deploy) && deploy.version === 'answers-500');
    expect(new Set(judged.map(({ strategy }) => strategy))).toEqual(new Set(['canary', 'monitored']));
  });
});
