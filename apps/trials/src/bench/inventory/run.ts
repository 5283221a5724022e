import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createClient } from '@gennaker/client/client';
import { clouddriverApi } from '@gennaker/contracts/clouddriver';
import type { Client } from '@gennaker/contracts/route';
import { freePort } from '@gennaker/fixtures/servers';
import { SERVICE_NODE_FLAGS } from '@gennaker/service/node-flags';
import { cpuSeconds } from '../../cpu.ts';
import { startTrialServers } from '../../servers.ts';
import { proportionalMegabytes } from '../engine/memory.ts';
import { told } from '../told.ts';
import { type Figure, type RowResult, resultOf } from '../engine/row.ts';
import type { LabSize } from './fill-project.ts';

/** How the bench of the inventory is run. */
export interface InventoryBenchOptions {
  readonly quick: boolean;
  readonly say: (text: string) => void;
}

/** One project stays empty: the idle account. */
const FULL: LabSize = { projects: 51, clusters: 5, instancesPerGroup: 10 };
const QUICK: LabSize = { projects: 11, clusters: 5, instancesPerGroup: 10 };
/** An account at rest is looked at this often, s: what is measured is at rest, over several looks. */
const REST_S = 100;
const WINDOW_S = 240;
const QUICK_WINDOW_S = 120;
const PATIENCE_S = 15 * 60;

const FIGURES = {
  memory: {
    metric: 'memory of clouddriver (PSS) that the accounts add',
    unit: 'MB',
    of: 'MB of clouddriver with one idle account',
    better: 'less',
    bounds: 'value',
    reach: 200,
    aim: 100,
  },
  cpu: {
    metric: 'processor time of clouddriver and PostgreSQL that the accounts add',
    unit: '% of a core',
    of: '% with one idle account',
    better: 'less',
    bounds: 'value',
    reach: 5,
    aim: 3,
  },
  seen: {
    metric: 'a change by others to an account at rest, until a reader sees it',
    unit: 's',
    of: 's between looks at rest',
    better: 'less',
    bounds: 'value',
    reach: 20,
    aim: 5,
  },
} as const satisfies Readonly<Record<string, Figure>>;

type Api = Client<typeof clouddriverApi>;

/** What a clouddriver at rest uses. */
interface Usage {
  readonly megabytes: number;
  readonly percent: number;
}

/**
 * Measures what many accounts add to a clouddriver that watches one idle account, while nothing changes: a real
 * clouddriver process with the real provider client, and models of the local cloud in another process.
 */
export async function runInventoryBench({ quick, say }: InventoryBenchOptions): Promise<RowResult[]> {
  const size = quick ? QUICK : FULL;
  const seconds = quick ? QUICK_WINDOW_S : WINDOW_S;
  const instances = (size.projects - 1) * size.clusters * 2 * size.instancesPerGroup;
  const servers = await startTrialServers();
  const folder = await mkdtemp(join(tmpdir(), 'gennaker-inventory-'));
  const children: ChildProcess[] = [];
  try {
    say(`filling ${size.projects - 1} projects with ${instances} instances`);
    const lab = await startLab(size, children);
    const driver = await startClouddriver(folder, await servers.database('inventory'), lab.url, children);
    await lab.filled;
    const usage = () => measure(driver.pid, servers.postgres.pid(), seconds);
    await atRest(driver.api, 1, 0);
    const idle = await usage();
    say(`one idle account: ${describe(idle)}`);
    for (let index = 1; index < size.projects; index++)
      await driver.api.addAccount({ body: { ...accountOf(index, lab.url), type: 'gce' } });
    await atRest(driver.api, size.projects, instances);
    const many = await usage();
    say(`${size.projects - 1} accounts with ${instances} instances beside it: ${describe(many)}`);
    const seen = await untilSeen(driver.api, lab.url);
    say(`a change by others was seen after ${seen.toFixed(1)} s`);
    return [
      resultOf(FIGURES.memory, [{ value: many.megabytes - idle.megabytes, beside: idle.megabytes }], []),
      resultOf(FIGURES.cpu, [{ value: many.percent - idle.percent, beside: idle.percent }], []),
      resultOf(FIGURES.seen, [{ value: seen, beside: 120 }], []),
    ];
  } finally {
    for (const child of children) if (child.exitCode === null) child.kill('SIGKILL');
    await servers.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

const describe = ({ megabytes, percent }: Usage): string =>
  `${megabytes.toFixed(0)} MB, ${percent.toFixed(2)} % of a core`;

const accountOf = (index: number, endpoint: string) => ({
  name: `bench-${index}`,
  project: `bench-${index}`,
  endpoint,
  regions: ['us-central1', 'europe-west1'],
});

async function startLab(size: LabSize, children: ChildProcess[]) {
  const main = fileURLToPath(new URL('./lab-process.ts', import.meta.url));
  const child = spawn(process.execPath, [main, JSON.stringify(size)], { stdio: ['pipe', 'pipe', 'inherit'] });
  children.push(child);
  const filled = told(child, /filled\n/);
  filled.catch(() => {});
  return { url: `http://127.0.0.1:${await told(child, /listening (\d+)\n/)}`, filled };
}

async function startClouddriver(folder: string, databaseUrl: string, lab: string, children: ChildProcess[]) {
  const config = join(folder, 'gennaker.yml');
  await writeFile(config, JSON.stringify({ accounts: [{ ...accountOf(0, lab), provider: 'gce' }] }));
  const port = await freePort();
  const main = fileURLToPath(new URL('../../../../clouddriver/src/main.ts', import.meta.url));
  const child = spawn(process.execPath, [...SERVICE_NODE_FLAGS, main], {
    env: {
      PATH: process.env['PATH'],
      GENNAKER_DATA: folder,
      GENNAKER_CONFIG: config,
      GENNAKER_PORTS: JSON.stringify({ clouddriver: port }),
      DATABASE_URL: databaseUrl,
      REDIS_URL: 'redis://127.0.0.1:9',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  await told(child, /ready\n/);
  if (child.pid === undefined) throw new Error('clouddriver did not start');
  return { api: createClient(clouddriverApi, { baseUrl: `http://127.0.0.1:${port}` }), pid: child.pid };
}

/** Waits until all is seen, and every account is looked at as seldom as one where nothing happens. */
async function atRest(api: Api, accounts: number, instances: number): Promise<void> {
  for (const end = Date.now() + PATIENCE_S * 1_000; ; await sleep(5_000)) {
    const views = await api.listAccounts({ query: { expand: 'true' } });
    const sum = views.reduce((total, view) => total + (view.inventory?.instances ?? 0), 0);
    const resting = views.filter(({ inventory }) => {
      const { lastSeen, nextLook } = inventory ?? {};
      return lastSeen !== undefined && nextLook !== undefined && nextLook - lastSeen > REST_S * 1_000 * 0.8;
    });
    if (views.length === accounts && resting.length === accounts && sum === instances) return;
    if (Date.now() > end)
      throw new Error(
        `After ${PATIENCE_S} s ${resting.length} of ${accounts} accounts are at rest, and ${sum} of ${instances} instances are seen.`,
      );
  }
}

async function measure(clouddriver: number, postgres: number, seconds: number): Promise<Usage> {
  const before = cpuSeconds([clouddriver, postgres]);
  const began = performance.now();
  let megabytes = 0;
  while (performance.now() - began < seconds * 1_000) {
    await sleep(5_000);
    megabytes = Math.max(megabytes, proportionalMegabytes(clouddriver));
  }
  const used = cpuSeconds([clouddriver, postgres]) - before;
  return { megabytes, percent: (100 * used * 1_000) / (performance.now() - began) };
}

/** Somebody else resizes a group; answers the seconds until whoever reads an application's groups sees it. */
async function untilSeen(api: Api, lab: string): Promise<number> {
  const path = 'compute/v1/projects/bench-1/regions/us-central1/instanceGroupManagers/app0-prod-v001/resize?size=3';
  const answer = await fetch(`${lab}/${path}`, { method: 'POST' });
  if (!answer.ok) throw new Error(`The group could not be resized: ${answer.status} ${await answer.text()}`);
  const began = performance.now();
  for (;;) {
    const groups = await api.listServerGroups({ params: { application: 'app0' }, query: {} });
    const group = groups.find(({ account, name }) => account === 'bench-1' && name === 'app0-prod-v001');
    const elapsed = (performance.now() - began) / 1_000;
    if (group?.capacity.desired === 3 || elapsed > 180) return elapsed;
    await sleep(500);
  }
}
