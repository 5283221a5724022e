import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { cleanUp, dataFolder, stageImage, startProcess } from '../../../../cloudlab/src/cloudlab.fixture.ts';
import { computeAt, until } from './compute.ts';
import type { Compute } from './compute.ts';
import { INSTANCE_PROGRAM } from './instance-program.ts';

/** What the load balancers of the bench are, by number. */
const KINDS = ['http', 'http', 'http', 'http', 'network', 'network', 'network', 'tcp-proxy'] as const;
/** Instances of the group behind each: 64 in all. */
export const GROUP_SIZE = 8;
const PROJECT = 'bench';
const REGION = 'regions/us-central1';
const PORT = 8080;
const PATIENCE_SEC = 180;

/** Load balancers by what is done with them: churn puts the spare group, which has no other load balancer, beside its own. */
export const USED = {
  http: { balancer: 0, spare: 1 },
  network: { balancer: 4, spare: 5 },
  'tcp-proxy': { balancer: 7, spare: 5 },
} as const;

/** Draining time of every backend service, seconds. */
export const DRAINING_SECONDS = 10;

const health = z.looseObject({
  healthStatus: z
    .array(z.looseObject({ ipAddress: z.string(), port: z.number(), healthState: z.string() }))
    .default([]),
});
const fingerprinted = z.looseObject({ fingerprint: z.string() });

/** A group behind a load balancer. */
export interface LabBackend {
  readonly group: number;
  readonly scaler: number;
  /** Requests a second, or connections of a proxy, that each instance takes; 1000 when left out. */
  readonly perInstance?: number | undefined;
}

/** A local cloud in a process of its own, with 64 instances behind 8 load balancers; it ends with this one. */
export interface BenchLab {
  /** `host:port` of a load balancer. */
  balancer(index: number): Promise<string>;
  /** `host:port` of the healthy instances of a group, as a load balancer's service sees them. */
  instances(balancer: number, group: number): Promise<string[]>;
  /** Sets the groups behind a load balancer. */
  backends(balancer: number, groups: readonly LabBackend[]): Promise<void>;
  /** Resolves when every instance of the groups is healthy behind the load balancer. */
  healthy(balancer: number, groups: readonly number[]): Promise<void>;
  /** Replaces what a URL map does besides its name. @param map given the link of a backend service by number */
  routes(balancer: number, map: (service: (index: number) => string) => object): Promise<void>;
  /** Lets a group have `size` instances, and waits until it has. */
  resize(group: number, size: number): Promise<void>;
  close(): Promise<void>;
}

/** Starts the cloud and builds everything. */
export async function startLab(offset: number, say: (text: string) => void): Promise<BenchLab> {
  const data = await dataFolder();
  const child = await startProcess(data, offset);
  const compute = computeAt(`http://127.0.0.1:${8099 + offset}/compute/v1/projects/${PROJECT}/`, PROJECT);
  const close = async (): Promise<void> => {
    await end(child);
    await cleanUp(data);
  };
  const lab: BenchLab = {
    async balancer(index) {
      const answer = await compute.call('GET', `${placeOf(index)}/forwardingRules/lb${index}`);
      return `${z.looseObject({ IPAddress: z.string() }).parse(answer).IPAddress}:${PORT}`;
    },
    async instances(balancer, index) {
      const answer = await compute.call('POST', `${serviceOf(balancer)}/getHealth`, { group: groupOf(index) });
      return health
        .parse(answer)
        .healthStatus.filter(({ healthState }) => healthState === 'HEALTHY')
        .map(({ ipAddress, port }) => `${ipAddress}:${port}`);
    },
    async backends(balancer, groups) {
      const { fingerprint } = fingerprinted.parse(await compute.call('GET', serviceOf(balancer)));
      const backends = groups.map((each) => backendOf(balancer, each));
      await compute.done('PATCH', serviceOf(balancer), { fingerprint, backends });
    },
    async healthy(balancer, groups) {
      for (const group of groups) {
        await until(
          `group ${group} is healthy`,
          PATIENCE_SEC,
          async () => (await lab.instances(balancer, group)).length === GROUP_SIZE,
        );
      }
    },
    async routes(balancer, map) {
      const path = `global/urlMaps/map${balancer}`;
      const { fingerprint } = fingerprinted.parse(await compute.call('GET', path));
      await compute.done('PUT', path, { name: `map${balancer}`, fingerprint, ...map(serviceOf) });
    },
    async resize(index, size) {
      const manager = `${REGION}/instanceGroupManagers/g${index}`;
      await compute.done('POST', `${manager}/resize?size=${size}`);
      await until(`group ${index} has ${size} instances`, PATIENCE_SEC, async () => {
        const { managedInstances } = z
          .looseObject({
            managedInstances: z.array(z.looseObject({ instanceStatus: z.string().optional() })).default([]),
          })
          .parse(await compute.call('POST', `${manager}/listManagedInstances`));
        return (
          managedInstances.length === size &&
          managedInstances.every(({ instanceStatus }) => instanceStatus === 'RUNNING')
        );
      });
    },
    close,
  };
  try {
    say(`cloudlab is up; ${KINDS.length * GROUP_SIZE} instances boot`);
    const source = await stageImage(data, 'bench', {});
    await writeFile(join(fileURLToPath(source), 'rootfs/app.js'), INSTANCE_PROGRAM);
    await build(compute, source);
    for (const index of KINDS.keys()) await lab.healthy(index, [index]);
    return lab;
  } catch (cause) {
    await close();
    throw cause;
  }
}

async function build({ done }: Compute, source: string): Promise<void> {
  await done('POST', 'global/images', { name: 'bench', rawDisk: { source } });
  await done('POST', 'global/instanceTemplates', {
    name: 'bench',
    properties: {
      machineType: 'e2-micro',
      disks: [{ boot: true, initializeParams: { sourceImage: 'global/images/bench' } }],
      networkInterfaces: [{ network: 'global/networks/default' }],
    },
  });
  await done('POST', 'global/healthChecks', {
    name: 'hc',
    type: 'HTTP',
    checkIntervalSec: 5,
    httpHealthCheck: { portSpecification: 'USE_SERVING_PORT' },
  });
  for (const [i, kind] of KINDS.entries()) {
    await done('POST', `${REGION}/instanceGroupManagers`, {
      name: `g${i}`,
      baseInstanceName: `g${i}`,
      instanceTemplate: 'global/instanceTemplates/bench',
      targetSize: GROUP_SIZE,
      namedPorts: [{ name: 'http', port: PORT }],
    });
    await done('POST', `${placeOf(i)}/backendServices`, {
      name: `bs${i}`,
      protocol: kind === 'http' ? 'HTTP' : 'TCP',
      portName: 'http',
      loadBalancingScheme: 'EXTERNAL',
      healthChecks: ['global/healthChecks/hc'],
      backends: [backendOf(i, { group: i, scaler: 1 })],
      connectionDraining: { drainingTimeoutSec: DRAINING_SECONDS },
    });
    const rule = { name: `lb${i}`, portRange: `${PORT}-${PORT}`, loadBalancingScheme: 'EXTERNAL' };
    if (kind === 'network') {
      await done('POST', `${REGION}/forwardingRules`, { ...rule, backendService: serviceOf(i) });
      continue;
    }
    if (kind === 'http') await done('POST', 'global/urlMaps', { name: `map${i}`, defaultService: serviceOf(i) });
    const [collection, leads] =
      kind === 'http'
        ? ['targetHttpProxies', { urlMap: `global/urlMaps/map${i}` }]
        : ['targetTcpProxies', { service: serviceOf(i) }];
    await done('POST', `global/${collection}`, { name: `proxy${i}`, ...leads });
    await done('POST', 'global/forwardingRules', { ...rule, target: `global/${collection}/proxy${i}` });
  }
}

function placeOf(balancer: number): string {
  return KINDS[balancer] === 'network' ? REGION : 'global';
}

function serviceOf(balancer: number): string {
  return `${placeOf(balancer)}/backendServices/bs${balancer}`;
}

function groupOf(index: number): string {
  return `projects/${PROJECT}/${REGION}/instanceGroups/g${index}`;
}

function backendOf(balancer: number, { group, scaler, perInstance = 1000 }: LabBackend): object {
  const capacity = {
    http: { balancingMode: 'RATE', maxRatePerInstance: perInstance },
    'tcp-proxy': { balancingMode: 'CONNECTION', maxConnectionsPerInstance: perInstance },
    network: { balancingMode: 'CONNECTION' },
  };
  return { group: groupOf(group), ...capacity[KINDS[balancer] ?? 'http'], capacityScaler: scaler };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  await once(child, 'exit');
}
