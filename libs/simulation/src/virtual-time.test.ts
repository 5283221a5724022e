import { clockSuite } from '@gennaker/fixtures/clock-suite';
import { VirtualTime } from './virtual-time.ts';

clockSuite('of simulations', () => {
  const time = new VirtualTime(Date.UTC(2026, 0, 1));
  return {
    clock: time,
    pass: (ms) => time.finish(() => time.sleep(ms), { virtualMs: Infinity, realMs: 10_000 }),
  };
});
