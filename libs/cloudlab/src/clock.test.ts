import { clockSuite } from '@gennaker/fixtures/clock-suite';
import { type Clock, systemClock } from './clock.ts';
import { VirtualClock } from './virtual-clock.ts';

/** Cloudlab's timers are called off by an object. */
const adapted = (clock: Clock) => ({
  now: () => clock.now(),
  after(ms: number, fn: () => void) {
    const timer = clock.after(ms, fn);
    return () => timer.cancel();
  },
});

clockSuite("cloudlab's own", () => ({
  clock: adapted(systemClock),
  pass: (ms) => new Promise((resolve) => void setTimeout(resolve, ms)),
}));

clockSuite("of cloudlab's tests", () => {
  const clock = new VirtualClock();
  return { clock: adapted(clock), pass: (ms) => clock.advance(ms) };
});
