import { describe, expect, it } from 'vitest';
import { describeCron } from './cron-expression.ts';

describe('a schedule', () => {
  it.each([
    ['0 0 10 ? * MON-FRI', 'second 0, minute 0, hour 10, every month, day of week MON to FRI'],
    ['0 0/5 * * * ?', 'second 0, minute every 5 from 0, every hour, every day of month, every month'],
    ['0 */15 8,20 1 jan ? 2027', 'second 0, minute every 15, hour 8 and 20, day of month 1, month JAN, year 2027'],
    ['H H(0-30) H L * ?', 'second H, minute H(0 to 30), hour H, day of month L, every month'],
    ['0 0 0 ? * 6#3', 'second 0, minute 0, hour 0, every month, day of week 6#3'],
    ['0 0 0 15W * ?', 'second 0, minute 0, hour 0, day of month 15W, every month'],
    ['0 0 0 ? * FRIL', 'second 0, minute 0, hour 0, every month, day of week FRIL'],
  ])('%s means: %s', (expression, meaning) => {
    expect(describeCron(expression)).toBe(meaning);
  });

  it.each([
    ['* * * * *', '5 fields'],
    ['', '0 fields'],
    ['0 0 0 * * ? 2027 x', '8 fields'],
    ['60 0 0 * * ?', '"60" is no second'],
    ['0 0 24 * * ?', '"24" is no hour'],
    ['0 0 0 32 * ?', '"32" is no day of month'],
    ['0 0 0 ? * 8', '"8" is no day of week'],
    ['0 0 0 H * ?', '"H" is no day of month'],
    ['0 0 0 * FOO ?', '"FOO" is no month'],
    ['0 0/0 0 * * ?', '"0/0" is no minute'],
    ['0 1-2-3 0 * * ?', '"1-2-3" is no minute'],
    ['? 0 0 * * ?', '"?" is no second'],
    ['0 0 0 * * *', 'both given'],
    ['0 0 0 ? * ?', 'both "?"'],
  ])('%s is refused: %s', (expression, reason) => {
    expect(() => describeCron(expression)).toThrow(reason);
  });
});
