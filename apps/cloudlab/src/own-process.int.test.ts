import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import {
  autoscale,
  cleanUp,
  clientsOf,
  dataFolder,
  done,
  metadataOf,
  processesWith,
  project,
  region,
  stageImage,
  startProcess,
  until,
} from './cloudlab.fixture.ts';
import { fetchOnce } from './trial-cloud.fixture.ts';

describe('its own process', { timeout: 120_000 }, () => {
  test('kill -9 leaves nothing running, and the next start brings the same instances, load balancer and autoscaler back; SIGTERM ends all', async () => {
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
            namedPorts: [{ name: 'http', port: 8080 }],
          },
        }),
      );
      const healthCheckResource = {
        name: 'hc',
        type: 'TCP',
        checkIntervalSec: 1,
        timeoutSec: 1,
        tcpHealthCheck: { port: 8080 },
      };
      await done(api, api.checks.insert({ project, healthCheckResource }));
      const backendServiceResource = {
        name: 'bs',
        portName: 'http',
        healthChecks: [`projects/${project}/global/healthChecks/hc`],
        backends: [{ group: `projects/${project}/regions/${region}/instanceGroups/g` }],
      };
      await done(api, api.services.insert({ project, region, backendServiceResource }));
      const forwardingRuleResource = {
        name: 'fr',
        portRange: '8080-8080',
        backendService: `projects/${project}/regions/${region}/backendServices/bs`,
      };
      await done(api, api.rules.insert({ project, region, forwardingRuleResource }));
      const [{ IPAddress }] = await api.rules.get({ project, region, forwardingRule: 'fr' });
      const serves = () =>
        fetchOnce({ host: IPAddress ?? '', port: 8080 }).then(
          ({ version }) => version === 'one',
          () => false,
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
      expect((await processesWith(metadataOf(port))).length).toBeGreaterThanOrEqual(3);
      await until('the load balancer to serve', serves);
      // The last that it says before it dies is kept as well.
      await autoscale(`http://127.0.0.1:${port}`, 'g', { minNumReplicas: 4, maxNumReplicas: 4 });
      first.kill('SIGKILL');
      await once(first, 'exit');
      await until('nothing to be left', async () => (await processesWith(metadataOf(port))).length === 0, 10);

      const second = await startProcess(folder, offset);
      await until(
        'the instances again, and the one that the autoscaler adds',
        async () => (await names()).length === 4,
      );
      expect(await names()).toEqual(expect.arrayContaining(before));
      await until('the load balancer to serve again', serves);
      second.kill('SIGTERM');
      expect(await once(second, 'exit')).toEqual([0, null]);
      expect(await processesWith(metadataOf(port))).toEqual([]);
    } finally {
      await cleanUp(folder);
    }
  });
});
