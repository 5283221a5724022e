import type { Cloudlab } from '@gennaker/cloudlab/cloud';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';

/** How much there is in a bench's cloud. The groups of a cluster are two: one takes traffic, one is dark. */
export const labSizeSchema = z.object({
  projects: z.number().int().min(1),
  clusters: z.number().int().min(1),
  instancesPerGroup: z.number().int().min(1),
});
export type LabSize = z.infer<typeof labSizeSchema>;

const REGIONS = ['us-central1', 'europe-west1'] as const;

/** Puts clusters into a project: in each two groups, a load balancer in front of one of them. */
export async function fillProject(cloud: Cloudlab, project: string, size: LabSize): Promise<void> {
  const post = async (path: string, body: object): Promise<void> => {
    const answer = await cloud.handle({
      method: 'POST',
      path: `/compute/v1/projects/${project}/${path}`,
      query: {},
      headers: {},
      body: JSON.stringify(body),
    });
    if (answer.status !== 200) throw new Error(`POST ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
  };
  await post('global/images', { name: 'hello-1', rawDisk: { source: 'file:///hello-1' } });
  await there(cloud, `/compute/v1/projects/${project}/global/images/hello-1`);
  for (let cluster = 0; cluster < size.clusters; cluster++) {
    const region = REGIONS[cluster % REGIONS.length] ?? REGIONS[0];
    const application = `app${cluster}`;
    for (const sequence of [0, 1]) {
      const name = `${application}-prod-v00${sequence}`;
      await post('global/instanceTemplates', {
        name: `${name}-template`,
        properties: {
          machineType: 'e2-micro',
          disks: [{ boot: true, initializeParams: { sourceImage: 'global/images/hello-1' } }],
          labels: { team: 'bench', stage: 'prod' },
          tags: { items: ['web'] },
          networkInterfaces: [{ network: 'global/networks/default' }],
          metadata: { items: [{ key: 'load-balancer-names', value: `${application}-lb` }] },
        },
      });
      await there(cloud, `/compute/v1/projects/${project}/global/instanceTemplates/${name}-template`);
      await post(`regions/${region}/instanceGroupManagers`, {
        name,
        baseInstanceName: name,
        instanceTemplate: `global/instanceTemplates/${name}-template`,
        targetSize: size.instancesPerGroup,
        namedPorts: [{ name: 'http', port: 8080 }],
      });
      await there(cloud, `/compute/v1/projects/${project}/regions/${region}/instanceGroupManagers/${name}`);
    }
    await post(`regions/${region}/healthChecks`, {
      name: `${application}-hc`,
      type: 'HTTP',
      checkIntervalSec: 60,
      httpHealthCheck: { port: 8080 },
    });
    await post(`regions/${region}/backendServices`, {
      name: `${application}-bs`,
      portName: 'http',
      healthChecks: [`regions/${region}/healthChecks/${application}-hc`],
      backends: [{ group: `regions/${region}/instanceGroups/${application}-prod-v001` }],
    });
    await there(cloud, `/compute/v1/projects/${project}/regions/${region}/backendServices/${application}-bs`);
    await post(`regions/${region}/forwardingRules`, {
      name: `${application}-lb`,
      portRange: '8080-8080',
      backendService: `regions/${region}/backendServices/${application}-bs`,
    });
  }
}

/** Waits until a resource can be read. */
async function there(cloud: Cloudlab, path: string): Promise<void> {
  for (let tries = 0; tries < 500; tries++) {
    const { status, body } = await cloud.handle({ method: 'GET', path, query: {}, headers: {}, body: '' });
    const pending = typeof body === 'object' && body !== null && 'status' in body && body.status === 'PENDING';
    if (status === 200 && !pending) return;
    await sleep(5);
  }
  throw new Error(`${path} did not come to be`);
}
