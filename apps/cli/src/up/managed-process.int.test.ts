import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '@gennaker/fixtures/servers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Layout, layoutOf } from './layout.ts';
import { claimPorts, endLeftovers, sweep } from './leftovers.ts';
import { ManagedProcess, type ProcessSpec, readRecord } from './managed-process.ts';
import { commandOf, identify, isAlive, marker, markedProcesses } from './process-table.ts';

let data: string;
let layout: Layout;
const said: string[] = [];
const started: ManagedProcess[] = [];

beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), 'gennaker-managed-'));
  for (const name of ['run', 'logs']) await mkdir(join(data, name));
  layout = layoutOf(resolve(import.meta.dirname, '../../../..'), ['--data', data], {});
  said.length = 0;
});
afterEach(async () => {
  for (const one of started.splice(0)) one.kill();
  await sweep(layout);
  await rm(data, { recursive: true, force: true });
});

function spec(name: string, script: string, more: Partial<ProcessSpec> = {}): ProcessSpec {
  return {
    name,
    file: process.execPath,
    args: ['-e', script],
    cwd: data,
    env: { PATH: process.env['PATH'], [marker]: data },
    version: '1',
    stopSignal: 'SIGTERM',
    stopMs: 2_000,
    logFile: join(data, 'logs', `${name}.log`),
    recordFile: join(data, 'run', `${name}.json`),
    data,
    ready: async (alive) => {
      while (alive() && !(await readFile(join(data, 'logs', `${name}.log`), 'utf8')).includes('up')) await sleep(20);
      if (!alive()) throw new Error('it ended');
    },
    ...more,
  };
}

const serves = 'console.log("up"); setInterval(() => {}, 1000)';

function managed(one: ProcessSpec): ManagedProcess {
  const process = new ManagedProcess(one, (text) => said.push(text));
  started.push(process);
  return process;
}
const pidOf = (one: ProcessSpec): number => readRecord(one.recordFile)?.pid ?? 0;

describe('a managed process', () => {
  it('is recorded, runs in a session of its own, and stops when asked', async () => {
    const one = spec('one', serves);
    const process = managed(one);
    expect(await process.start()).toBe(false);
    const id = identify(pidOf(one));
    expect(id && isAlive(id)).toBe(true);
    await process.stop();
    expect(id && isAlive(id)).toBe(false);
    expect(existsSync(one.recordFile)).toBe(false);
  });

  it('is started again when it dies', async () => {
    const one = spec('two', serves);
    await managed(one).start();
    const first = pidOf(one);
    process.kill(first, 'SIGKILL');
    await expect.poll(() => said.at(-1), { timeout: 10_000 }).toBe('two answers again.');
    expect(pidOf(one)).not.toBe(first);
    expect(said[0]).toMatch(/two has ended; starting it again in 0.5 s/);
  });

  it('is ended when it ignores the signal', async () => {
    const one = spec('deaf', `process.on("SIGTERM", () => {}); ${serves}`, { stopMs: 300 });
    const process = managed(one);
    await process.start();
    const id = identify(pidOf(one));
    await process.stop();
    expect(id && isAlive(id)).toBe(false);
    expect(said).toContain('deaf did not stop within 0.3 s and is ended.');
  });

  it('says why it did not start, with the end of its log', async () => {
    const broken = managed(spec('broken', 'console.error("no such luck"); process.exit(3)'));
    await expect(broken.start()).rejects.toThrow(/broken did not start: it ended\n {4}no such luck/);
  });

  it('is adopted by the next supervisor when nothing changed', async () => {
    const one = spec('kept', serves);
    await managed(one).start();
    const pid = pidOf(one);
    expect(await managed(spec('kept', serves)).start()).toBe(true);
    expect(pidOf(one)).toBe(pid);
  });

  it('is not adopted when its sources changed, and ended as a leftover', async () => {
    const one = spec('old', serves);
    const before = managed(one);
    await before.start();
    const pid = pidOf(one);
    expect(managed(spec('old', serves, { version: '2' })).adoptable()).toBeUndefined();
    expect(await endLeftovers(layout, new Set())).toEqual(['old']);
    expect(identify(pid)).toBeUndefined();
  });

  it('leaves a stranger alone whose number a record holds', async () => {
    const stranger = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], {
      env: { PATH: process.env['PATH'] },
    });
    await once(stranger, 'spawn');
    const id = identify(stranger.pid ?? 0);
    const record = { name: 'gone', pid: stranger.pid, started: '1', fingerprint: 'x' };
    await writeFile(join(data, 'run/gone.json'), JSON.stringify(record));
    expect(await endLeftovers(layout, new Set())).toEqual([]);
    const unmarked = { ...record, started: id?.started };
    await writeFile(join(data, 'run/gone.json'), JSON.stringify(unmarked));
    expect(await endLeftovers(layout, new Set())).toEqual([]);
    expect(id && isAlive(id)).toBe(true);
    expect(existsSync(join(data, 'run/gone.json'))).toBe(false);
    stranger.kill('SIGKILL');
  });
});

describe('the sweep', () => {
  it('ends whatever carries the marker, also what detached itself', async () => {
    const script = `require('node:child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { detached: true, stdio: 'ignore' }); ${serves}`;
    const one = managed(spec('parent', script));
    await one.start();
    await expect.poll(() => markedProcesses(data).length).toBe(2);
    await one.stop();
    expect(await sweep(layout)).toHaveLength(1);
    expect(markedProcesses(data)).toEqual([]);
  });
});

describe('ports', () => {
  it('names who uses one, and the way out', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const port = (server.address() as { port: number }).port;
    const claim = claimPorts(layout, [['gate', port]]);
    await expect(claim).rejects.toThrow(
      `Port ${port} (gate) is in use by process ${process.pid} (${commandOf(process.pid).slice(0, 80)}): stop it, or start with --offset 100`,
    );
    server.close();
  });

  it('takes one back from a leftover without a record', async () => {
    const port = await freePort();
    const listen = `require('node:http').createServer().listen(${port}, '127.0.0.1', () => console.log('up'))`;
    const one = spec('lost', listen);
    await managed(one).start();
    started.splice(0);
    await rm(one.recordFile);
    await claimPorts(layout, [['gate', port]]);
    await expect.poll(() => markedProcesses(data)).toEqual([]);
  });
});
