import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, test } from 'vitest';
import { InstanceProcess } from '@gennaker/cloudlab/instance-process';
import type { ProcessSpec } from '@gennaker/cloudlab/instance-process';
import { cleanUp, dataFolder, processesWith, stageImage, until } from './cloudlab.fixture.ts';

let data: string;
let root: string;
beforeAll(async () => {
  data = await dataFolder();
  root = join(fileURLToPath(await stageImage(data, 'one', {})), 'rootfs');
});
afterAll(() => cleanUp(data));

/** Moments of a start, ms after its beginning: a name space is made 5 to 10 ms after it where the machine has nothing else to do. */
const MOMENTS = Array.from({ length: 30 }, (_, index) => index / 2);

/** An instance of that name that serves nothing and ends by itself only after an hour. */
async function instance(hostname: string): Promise<ProcessSpec> {
  const folder = join(data, hostname);
  for (const part of ['upper', 'work', 'root', 'disks']) await mkdir(join(folder, part), { recursive: true });
  return {
    folder,
    console: join(folder, 'console'),
    root,
    hostname,
    manifest: {
      entry: ['/bin/node', '-e', 'setTimeout(() => {}, 3_600_000)'],
      env: {},
      packages: [],
      description: 'nothing',
    },
    environment: {},
    disks: [],
    hasStartupScript: false,
    started: '2026-01-01T00:00:00Z',
  };
}

describe('the process of an instance', { timeout: 120_000 }, () => {
  test('is gone when it is killed at whatever moment of its start', async () => {
    for (const moment of MOMENTS) {
      const process = await InstanceProcess.spawn(await instance(`killed-${moment}-`));
      await delay(moment);
      process.kill();
      await process.exited;
    }
    const last = await InstanceProcess.spawn(await instance('killed-later-'));
    await until('one to be there that is not killed', async () => last.root !== undefined);
    await until('nothing else to be left', async () => (await processesWith('killed-')).length === 2, 10);
    last.kill();
    await until('nothing to be left', async () => (await processesWith('killed-')).length === 0, 10);
  });

  test('is gone when its owner is killed at whatever moment of its start', async () => {
    const module = import.meta.resolve('@gennaker/cloudlab/instance-process');
    for (const moment of MOMENTS) {
      const program = `const { InstanceProcess } = await import('${module}');
        const spec = ${JSON.stringify(await instance(`orphan-${moment}-`))};
        await InstanceProcess.spawn(spec);
        console.log('spawned');
        setInterval(() => {}, 1000);`;
      const owner = spawn(process.execPath, ['--input-type=module', '-e', program], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      await once(owner.stdout, 'data');
      await delay(moment);
      owner.kill('SIGKILL');
      await once(owner, 'exit');
    }
    await until('nothing to be left', async () => (await processesWith('orphan-')).length === 0, 10);
  });
});
