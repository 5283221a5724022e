import { expect, test } from 'vitest';
import { createPlaces } from './places.ts';

/** Timers that a test lets run out by hand. */
function handClock() {
  const due = new Set<() => void>();
  return {
    runOut: () => {
      for (const run of due) run();
    },
    after: (_ms: number, run: () => void) => {
      due.add(run);
      return () => void due.delete(run);
    },
  };
}

test('at most so many are inside; the next in line comes in when one leaves', async () => {
  const enter = createPlaces(handClock(), 1, 1_000);
  const leave = await enter();
  const order: string[] = [];
  const second = enter().then((out) => (order.push('second'), out));
  const third = enter().then((out) => (order.push('third'), out));
  await Promise.resolve();
  expect(order).toEqual([]);
  leave();
  (await second)();
  (await third)();
  expect(order).toEqual(['second', 'third']);
  (await enter())();
});

test('whoever is slow does not hold up the line, and leaving later changes nothing', async () => {
  const clock = handClock();
  const enter = createPlaces(clock, 1, 1_000);
  const leave = await enter();
  const second = enter();
  clock.runOut();
  const leaveSecond = await second;
  leave();
  let third = false;
  const waiting = enter().then((out) => {
    third = true;
    return out;
  });
  await Promise.resolve();
  expect(third).toBe(false);
  leaveSecond();
  (await waiting)();
});
