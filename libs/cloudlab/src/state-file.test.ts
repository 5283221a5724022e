import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Cloudlab } from './cloud.ts';
import { SimulatedDataPlane } from './simulated-data-plane.ts';
import { SimulatedRuntime } from './simulated-runtime.ts';
import { stateFile } from './state-file.ts';
import { VirtualClock } from './virtual-clock.ts';

let folder: string;
let problems: string[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cloudlab-state-'));
  problems = [];
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const persistence = () => stateFile(join(folder, 'state.json'), (message) => problems.push(message));

function cloud(): Cloudlab {
  const clock = new VirtualClock();
  return new Cloudlab({
    clock,
    runtime: new SimulatedRuntime(clock),
    dataPlane: new SimulatedDataPlane(clock),
    persistence: persistence(),
    seed: 'test',
    addressPrefix: '127.99',
    baseUrl: 'http://127.0.0.1:1',
    operationLatencyMs: 300,
    publicImages: [],
  });
}

const insert = (lab: Cloudlab, name: string) =>
  lab.handle({
    method: 'POST',
    path: '/compute/v1/projects/p/global/healthChecks',
    query: { requestId: `12345678-1234-4234-8234-0000000000${name}` },
    headers: {},
    body: JSON.stringify({ name: `hc-${name}`, type: 'TCP' }),
  });

test('a change that was answered is there after a kill, with the operation of its request', async () => {
  const lab = cloud();
  const names = Array.from({ length: 12 }, (_, i) => String(i + 10));
  const answers = await Promise.all(names.map((name) => insert(lab, name)));
  // Nothing of the first is closed or flushed.
  const after = cloud();
  const found = after.lab.store.list('healthChecks', 'projects/p/').map(([, { name }]) => name);
  expect(found).toEqual(names.map((name) => `hc-${name}`));
  expect(await insert(after, '10')).toEqual(answers[0]);
});

test('a write that fails is told, holds no answer up and is made up for by the next', async () => {
  const lab = cloud();
  rmSync(folder, { recursive: true });
  expect((await insert(lab, '10')).status).toBe(200);
  expect(problems).toEqual([expect.stringContaining('could not be written')]);
  mkdirSync(folder);
  await insert(lab, '11');
  expect(problems).toHaveLength(1);
  expect(cloud().lab.store.list('healthChecks', 'projects/p/')).toHaveLength(2);
});
