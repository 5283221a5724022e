import { clockSuite } from '@gennaker/fixtures/clock-suite';
import { systemClock } from './clock.ts';

clockSuite("the machine's", () => ({
  clock: systemClock,
  pass: (ms) => new Promise((resolve) => void setTimeout(resolve, ms)),
}));
