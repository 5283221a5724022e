import { expect, test } from 'vitest';
import { HealthProber } from './health-prober.ts';
import type { ProbeTarget } from './health-prober.ts';
import { VirtualClock } from './virtual-clock.ts';

const INTERVAL_MS = 5000;

const target = (n: number): ProbeTarget => ({
  key: `t${n}`,
  probe: {
    type: 'HTTP',
    address: `127.0.0.${n}`,
    port: 80,
    path: '/',
    host: undefined,
    response: undefined,
    timeoutMs: 1,
  },
  intervalMs: INTERVAL_MS,
  healthyThreshold: 1,
  unhealthyThreshold: 1,
});

/** When each target was asked, milliseconds after the prober began. */
async function asked(targets: readonly ProbeTarget[], forMs: number): Promise<ReadonlyMap<string, number[]>> {
  const clock = new VirtualClock(0);
  const times = new Map<string, number[]>();
  const ask = ({ address }: ProbeTarget['probe']) => {
    times.set(address, [...(times.get(address) ?? []), clock.now()]);
    return Promise.resolve({ ok: true, reason: '' });
  };
  const prober = new HealthProber(clock, ask, () => undefined);
  prober.watch(targets);
  await clock.advance(forMs);
  prober.close();
  return times;
}

test('a new target is asked at once, again within an interval, and from then on once an interval', async () => {
  for (const times of (await asked([1, 2, 3].map(target), 4 * INTERVAL_MS)).values()) {
    const [first, second = 0, third = 0] = times;
    expect(first).toBe(0);
    expect(second).toBeLessThanOrEqual(INTERVAL_MS);
    expect(third - second).toBe(INTERVAL_MS);
  }
});

test('a question that cannot be put counts as a bad answer, says why, and is put again', async () => {
  const clock = new VirtualClock(0);
  let asked = 0;
  const ask = ({ path }: ProbeTarget['probe']) => {
    asked++;
    return Promise.reject(new TypeError(`Request path contains unescaped characters: ${path}`));
  };
  const prober = new HealthProber(clock, ask, () => undefined);
  prober.watch([target(1)]);
  await clock.advance(2 * INTERVAL_MS);
  expect(asked).toBeGreaterThan(1);
  expect(prober.state('t1')).toMatchObject({
    state: 'UNHEALTHY',
    reason: expect.stringContaining('unescaped characters'),
  });
  prober.close();
});

test('targets that came together are not asked together', async () => {
  const many = Array.from({ length: 64 }, (_, i) => target(i + 1));
  const times = await asked(many, 2 * INTERVAL_MS);
  const second = [...times.values()].map(([, at = 0]) => at).toSorted((a, b) => a - b);
  const gaps = second.slice(1).map((at, i) => at - (second[i] ?? 0));
  expect(Math.min(...gaps)).toBeGreaterThan(INTERVAL_MS / many.length / 3);
});
