import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import {
  cleanUp,
  clientsOf,
  dataFolder,
  done,
  instanceProcesses,
  project,
  region,
  stageImage,
  startProcess,
  until,
} from './cloudlab.fixture.ts';

describe('its own process', { timeout: 120_000 }, () => {
  test('kill -9 leaves nothing running, and the next start brings the same instances back; SIGTERM ends all', async () => {
    const folder = await dataFolder();
    // Ports below those that connections of this machine begin at.
    const offset = randomInt(12_000, 24_000);
    const port = 8099 + offset;
    const api = clientsOf(port);
    try {
      const first = await startProcess(folder, offset);
      const source = await stageImage(folder, 'one', {});
      await done(api, api.images.insert({ project, imageResource: { name: 'hello', rawDisk: { source } } }));
      await done(
        api,
        api.templates.insert({
          project,
          instanceTemplateResource: {
            name: 't',
            properties: {
              machineType: 'e2-micro',
              disks: [{ boot: true, initializeParams: { sourceImage: `projects/${project}/global/images/hello` } }],
            },
          },
        }),
      );
      await done(
        api,
        api.groups.insert({
          project,
          region,
          instanceGroupManagerResource: {
            name: 'g',
            targetSize: 3,
            instanceTemplate: `projects/${project}/global/instanceTemplates/t`,
          },
        }),
      );
      const names = async (): Promise<string[]> => {
        const [list] = await api.groups.listManagedInstances({ project, region, instanceGroupManager: 'g' });
        return list
          .filter(({ instanceStatus }) => instanceStatus === 'RUNNING')
          .map(({ name }) => name ?? '')
          .sort();
      };
      await until('three instances', async () => (await names()).length === 3);
      const before = await names();
      expect((await instanceProcesses(port)).length).toBeGreaterThanOrEqual(3);
      await new Promise((resolve) => setTimeout(resolve, 300));
      first.kill('SIGKILL');
      await once(first, 'exit');
      await until('nothing to be left', async () => (await instanceProcesses(port)).length === 0, 3);

      const second = await startProcess(folder, offset);
      await until('the instances again', async () => (await names()).length === 3);
      expect(await names()).toEqual(before);
      second.kill('SIGTERM');
      expect(await once(second, 'exit')).toEqual([0, null]);
      expect(await instanceProcesses(port)).toEqual([]);
    } finally {
      await cleanUp(folder);
    }
  });
});
