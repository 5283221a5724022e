import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '@gennaker/cloudlab/clock';
import { Cloudlab } from '@gennaker/cloudlab/cloud';
import type { LabRequest, LabResponse } from '@gennaker/cloudlab/message';
import { idleDataPlane } from '@gennaker/cloudlab/data-plane';
import { SimulatedRuntime, type SimulationOptions } from '@gennaker/cloudlab/simulated-runtime';
import { socketDataPlane } from '@gennaker/cloudlab/socket-data-plane';
import { inMemory } from '@gennaker/cloudlab/store';
import { createClient } from '@gennaker/client/client';
import { clouddriverApi, type Operation } from '@gennaker/contracts/clouddriver';
import type { Client } from '@gennaker/contracts/route';
import { type TestDatabase, testDatabase } from '@gennaker/fixtures/databases';
import { configFromEnv } from '@gennaker/service/config';
import { app } from './module.ts';

/** A local cloud over HTTP whose instances are simulated, with the image `hello-1` in it. */
export interface TestLab {
  readonly url: string;
  readonly cloud: Cloudlab;
  readonly runtime: SimulatedRuntime;
  /** Requests seen, as `METHOD /path`. */
  readonly requests: string[];
  fault(order: Record<string, unknown>): Promise<void>;
  /** Names in a list of the Compute API. */
  names(path: string): Promise<string[]>;
  close(): Promise<void>;
}

/** How a local cloud of a test differs. `addresses`: its load balancers really listen, below these first two octets. */
export interface LabOptions extends SimulationOptions {
  readonly latencyMs?: number;
  readonly addresses?: string;
}

/** Starts a local cloud on a free port. */
export async function startLab(options: LabOptions = {}): Promise<TestLab> {
  const requests: string[] = [];
  const handle = (request: LabRequest): Promise<LabResponse> => cloud.handle(request);
  const server = createServer((incoming, outgoing) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const url = new URL(incoming.url ?? '/', 'http://lab');
      requests.push(`${incoming.method} ${url.pathname}`);
      void handle({
        method: incoming.method ?? 'GET',
        path: url.pathname,
        query: Object.fromEntries(url.searchParams),
        headers: {},
        body: Buffer.concat(chunks).toString('utf8'),
      }).then((answer) => {
        const text = typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body);
        outgoing.writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers });
        outgoing.end(text);
      });
    });
  });
  const url = await listen(server);
  const runtime = new SimulatedRuntime(systemClock, { bootMs: 50, stopMs: 20, ...options });
  const cloud = new Cloudlab({
    clock: systemClock,
    runtime,
    dataPlane: options.addresses ? socketDataPlane(systemClock) : idleDataPlane(),
    persistence: inMemory,
    seed: 'test',
    addressPrefix: options.addresses ?? '127.99',
    baseUrl: url,
    operationLatencyMs: options.latencyMs ?? 20,
    publicImages: [],
  });
  await cloud.start();
  const request = async (method: string, path: string, body?: object): Promise<unknown> => {
    const answer = await fetch(`${url}${path}`, {
      method,
      headers: { 'content-type': 'application/json' },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  };
  const lab: TestLab = {
    url,
    cloud,
    runtime,
    requests,
    fault: async (order) => void (await request('POST', '/lab/v1/faults', order)),
    async names(path) {
      const answer = (await request('GET', `/compute/v1/projects/local/${path}`)) as { items?: { name: string }[] };
      return (answer.items ?? []).map((item) => item.name).toSorted();
    },
    async close() {
      server.close();
      server.closeAllConnections();
      await cloud.close(0);
    },
  };
  await request('POST', '/compute/v1/projects/local/global/images', {
    name: 'hello-1',
    rawDisk: { source: 'file:///hello-1' },
    description: 'appversion: hello-1.0.0-h7/hello-build/7, build_host: http://ci.example.com/',
  });
  await until(async () => {
    const image = request('GET', '/compute/v1/projects/local/global/images/hello-1') as Promise<{ status?: string }>;
    return image.then(
      ({ status }) => status === 'READY',
      () => false,
    );
  });
  return lab;
}

async function listen(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Waits until a condition holds; fails after `ms`. */
export async function until(condition: () => Promise<boolean> | boolean, ms = 15_000): Promise<void> {
  const end = Date.now() + ms;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`The condition did not come true in ${ms} ms: ${condition.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

/** Clouddriver on a database of its own, in this process or in others. */
export interface TestClouddriver {
  readonly database: TestDatabase;
  readonly environment: Readonly<Record<string, string>>;
  /** What front50 answers: applications by name; null: it is away. */
  readonly front50: { applications: Readonly<Record<string, object>> | null };
  /** Starts it in this process; answers its client. */
  here(): Promise<{ api: Client<typeof clouddriverApi>; url: string; stop(): Promise<void> }>;
  /** Starts it as a process of its own. */
  process(): Promise<{ api: Client<typeof clouddriverApi>; child: ChildProcess; kill(): Promise<void> }>;
  close(): Promise<void>;
}

/** Prepares a clouddriver whose account `local-gce` is the given local cloud; `accounts` are configured in its place. */
export async function testClouddriver(
  lab: TestLab,
  orcaUrl = 'http://127.0.0.1:9',
  accounts?: readonly object[],
): Promise<TestClouddriver> {
  const database = await testDatabase();
  const folder = await mkdtemp(join(tmpdir(), 'clouddriver-'));
  const children = new Set<ChildProcess>();
  const front50: TestClouddriver['front50'] = { applications: {} };
  const keeper = createServer((incoming, outgoing) => {
    const found = front50.applications?.[incoming.url?.split('/').at(-1) ?? ''];
    outgoing.writeHead(front50.applications === null ? 503 : found ? 200 : 404, { 'content-type': 'application/json' });
    outgoing.end(JSON.stringify(found ?? { message: front50.applications === null ? 'It is away' : 'There is none' }));
  });
  const front50Url = await listen(keeper);
  const config = join(folder, 'gennaker.yml');
  // YAML holds JSON. Instances may be asked where applications of tests listen.
  await writeFile(config, JSON.stringify({ accounts, egress: { allow: ['127.99.0.0/16:8080'] } }));
  const environment = {
    GENNAKER_CONFIG: config,
    GENNAKER_DATA: folder,
    GENNAKER_CLOUDLAB: lab.url,
    GENNAKER_DISCOVERY: JSON.stringify({ orca: [orcaUrl], front50: [front50Url] }),
    DATABASE_URL: database.url,
    REDIS_URL: 'redis://127.0.0.1:9',
  };
  const client = (port: number) => createClient(clouddriverApi, { baseUrl: `http://127.0.0.1:${port}` });
  return {
    database,
    environment,
    front50,
    async here() {
      const port = await freePort();
      const running = await app.start(
        configFromEnv({ ...environment, GENNAKER_PORTS: JSON.stringify({ clouddriver: port }) }),
      );
      return { api: client(port), url: `http://127.0.0.1:${port}`, stop: () => running.stop() };
    },
    async process() {
      const port = await freePort();
      const main = new URL('./main.ts', import.meta.url).pathname;
      const child = spawn(process.execPath, [main], {
        env: { PATH: process.env['PATH'], ...environment, GENNAKER_PORTS: JSON.stringify({ clouddriver: port }) },
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      children.add(child);
      let out = '';
      child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
      await until(() => out.includes('ready\n') || child.exitCode !== null);
      if (child.exitCode !== null) throw new Error(`clouddriver ended at once:\n${out}`);
      return {
        api: client(port),
        child,
        async kill() {
          const gone = once(child, 'exit');
          child.kill('SIGKILL');
          await gone;
        },
      };
    },
    async close() {
      for (const child of children) if (child.exitCode === null) child.kill('SIGKILL');
      keeper.close();
      keeper.closeAllConnections();
      await database.drop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  const port = Number(new URL(await listen(server)).port);
  server.close();
  await once(server, 'close');
  return port;
}

/** Submits operations and waits until they have ended. */
export async function runOperation(
  api: Client<typeof clouddriverApi>,
  descriptions: Record<string, Record<string, unknown>>[],
  key?: string,
): Promise<Operation> {
  const { id } = await api.submit({ params: { provider: 'gce' }, query: {}, body: descriptions }, key ? { key } : {});
  return ended(api, id);
}

/** Waits until an operation has ended. */
export async function ended(api: Client<typeof clouddriverApi>, id: string): Promise<Operation> {
  let operation = await api.getOperation({ params: { id } });
  await until(async () => {
    operation = await api.getOperation({ params: { id } });
    return operation.status.completed;
  }, 25_000);
  return operation;
}
