import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Alarms } from './alarms.ts';

/** A clock that a test moves by hand. */
function handClock(): { now(): number; after(ms: number, fn: () => void): () => void; go(to: number): void } {
  let now = 0;
  let timers: { readonly at: number; readonly fn: () => void }[] = [];
  return {
    now: () => now,
    after(ms, fn) {
      const timer = { at: now + ms, fn };
      timers.push(timer);
      return () => void (timers = timers.filter((one) => one !== timer));
    },
    go(to) {
      for (;;) {
        const [next] = timers.toSorted((a, b) => a.at - b.at);
        if (!next || next.at > to) break;
        now = next.at;
        timers = timers.filter((one) => one !== next);
        next.fn();
      }
      now = to;
    },
  };
}

describe('alarms of a process', () => {
  it('ring each execution once, at its latest time, in the order of time', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ id: fc.nat(20), at: fc.integer({ min: 1, max: 500 }) }), { maxLength: 60 }),
        (sets) => {
          const clock = handClock();
          const rung: { id: string; at: number }[] = [];
          const alarms = new Alarms(clock, (id) => rung.push({ id, at: clock.now() }));
          const wanted = new Map<string, number>();
          for (const { id, at } of sets) {
            expect(alarms.set(String(id), at)).toBe(true);
            wanted.set(String(id), at);
          }
          clock.go(1_000);
          expect(new Map(rung.map((one) => [one.id, one.at]))).toEqual(wanted);
          expect(rung).toHaveLength(wanted.size);
          expect(rung.map((one) => one.at)).toEqual(rung.map((one) => one.at).toSorted((a, b) => a - b));
        },
      ),
    );
  });

  it('refuse what is over their room, so that another doorbell is asked', () => {
    const alarms = new Alarms(handClock(), () => undefined);
    for (let index = 0; index < 10_000; index++) expect(alarms.set(String(index), 1_000)).toBe(true);
    expect(alarms.set('one more', 1_000)).toBe(false);
    expect(alarms.has('one more')).toBe(false);
  });
});
