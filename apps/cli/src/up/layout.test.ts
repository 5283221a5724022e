import { describe, expect, it } from 'vitest';
import { layoutOf } from './layout.ts';

const layout = (...args: string[]) => layoutOf('/repository', args, {});

describe('the layout of a system', () => {
  it('shifts every port by the offset', () => {
    expect(layout('--offset', '100').ports).toMatchObject({ deck: 9100, gate: 8184, cloudlab: 8199, postgres: 5632 });
  });

  it('refuses an offset that puts a service on a port that browsers never call', () => {
    expect(() => layout('--offset', '2000')).toThrow('front50 on port 10080, which browsers refuse to call: take 2100');
  });

  it.each([['--offset', '-1'], ['--offset', 'x'], ['--split', 'nobody'], ['--split', 'orca=0'], ['--wrong']])(
    'refuses %s %s',
    (...args) => {
      expect(() => layout(...args.filter((one) => one !== undefined))).toThrow();
    },
  );
});
