import { clockSuite } from '@gennaker/fixtures/clock-suite';
import { VirtualTime } from './virtual-time.ts';

clockSuite('of pipeline tests', () => {
  const time = new VirtualTime(Date.UTC(2026, 0, 1));
  return {
    clock: time,
    async pass(ms) {
      let passed = false;
      time.after(ms, () => (passed = true));
      while (!passed) {
        await time.rest();
        time.step();
      }
    },
  };
});
