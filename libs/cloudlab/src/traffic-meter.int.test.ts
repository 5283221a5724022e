import { once } from 'node:events';
import { get } from 'node:http';
import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { groupOf, serviceOf } from './balancer.fixture.ts';
import { BS, HOST, RULE, balancer, httpFront, httpInstance, instance, opened } from './data-plane.fixture.ts';
import type { MeterSeries, TrafficMeter } from './traffic-meter.ts';

/** The answer's status; undefined when it broke off. */
function ask(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const question = get({ host: HOST, port, agent: false }, (answer) => {
      answer.on('error', () => resolve(undefined));
      answer.on('end', () => resolve(answer.statusCode));
      answer.resume();
    });
    question.on('error', () => resolve(undefined));
  });
}

/** What was counted, when the second is over. */
async function counted(meter: TrafficMeter, total: number): Promise<Record<string, number>> {
  const sum = ({ samples }: MeterSeries): number => samples.reduce((all, { count }) => all + count, 0);
  await expect
    .poll(() => meter.series().reduce((all, series) => all + sum(series), 0), { timeout: 5_000, interval: 100 })
    .toBe(total);
  return Object.fromEntries(meter.series().map((series) => [`${series.group} ${series.of}`, sum(series)]));
}

test('requests over real connections are metered by group and answer, those without a whole answer as 0', async () => {
  const good = await httpInstance('good', (_question, answer) => void answer.end('ok'));
  const bad = await httpInstance('bad', (question, answer) => {
    answer.write('half of it');
    setImmediate(() => question.socket.destroy());
  });
  const { plane, port, apply } = await balancer({ front: httpFront() });
  await apply([serviceOf([groupOf('v001', [good])], { service: BS })]);
  expect(await Promise.all([ask(port), ask(port), ask(port)])).toEqual([200, 200, 200]);
  await apply([serviceOf([groupOf('v002', [bad])], { service: BS })]);
  expect(await ask(port)).toBeUndefined();
  await apply([serviceOf([], { service: BS })]);
  expect(await ask(port)).toBe(502);
  expect(await counted(plane.meter, 5)).toEqual({ 'v001 200': 3, 'v002 0': 1, ' 502': 1 });
  expect(plane.meter.series().map(({ rule, service }) => [rule, service])).toEqual([
    [RULE, BS],
    [RULE, BS],
    [RULE, ''],
  ]);
});

test('connections through a TCP proxy are metered by group', async () => {
  const { plane, port, set } = await balancer({ front: { kind: 'tcp', proxyHeader: false } });
  await set([await instance('a')]);
  for (let i = 0; i < 2; i++) {
    const socket = connect({ host: HOST, port });
    opened({ close: () => socket.destroy() });
    socket.write('x');
    await once(socket, 'data');
  }
  expect(await counted(plane.meter, 2)).toEqual({ 'g connections': 2 });
});
