import { describe, expect, it } from 'vitest';
import { formatInstant, withLocalTimes } from './time.tsx';

describe('instants in sentences', () => {
  it('are shown in local time, with the day unless it is today', () => {
    const today = new Date();
    const long = new Date('2020-02-03T04:05:06Z');
    expect(withLocalTimes(`At "Ask" since ${today.toISOString()}: waits`)).toBe(
      `At "Ask" since ${today.toLocaleTimeString()}: waits`,
    );
    expect(withLocalTimes('until 2020-02-03T04:05:06Z.')).toBe(`until ${long.toLocaleString()}.`);
    expect(formatInstant(long.getTime())).toBe(long.toLocaleString());
  });
  it('leave every other text as it is', () => {
    expect(withLocalTimes('build 2020-02-03 of 10:00')).toBe('build 2020-02-03 of 10:00');
  });
});
