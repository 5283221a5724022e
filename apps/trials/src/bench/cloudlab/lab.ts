import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { cleanUp, dataFolder, stageImage, startProcess } from '../../../../cloudlab/src/cloudlab.fixture.ts';
import { INSTANCE_PROGRAM } from './instance-program.ts';

/** Load balancers and groups of the bench; 64 instances in all. */
export const BALANCERS = 8;
/** @see BALANCERS */
export const GROUP_SIZE = 8;
/** Those up to this number balance HTTP, the others pass TCP through. */
const HTTP_BALANCERS = 4;
const REGION = 'regions/us-central1';
const PORT = 8080;
const DRAIN_SEC = 10;
const PATIENCE_SEC = 180;

const operation = z.looseObject({
  status: z.string(),
  selfLink: z.string(),
  error: z.looseObject({ errors: z.array(z.looseObject({ message: z.string() })) }).optional(),
});
const health = z.looseObject({
  healthStatus: z
    .array(z.looseObject({ ipAddress: z.string(), port: z.number(), healthState: z.string() }))
    .default([]),
});
const service = z.looseObject({
  fingerprint: z.string(),
  backends: z.array(z.looseObject({ group: z.string() })).default([]),
});

/** A local cloud in a process of its own, with 64 instances behind 8 load balancers. */
export interface BenchLab {
  /** `host:port` of a load balancer. */
  balancer(index: number): Promise<string>;
  /** `host:port` of the healthy instances of a group, as a load balancer's service sees them. */
  instances(balancer: number, group: number): Promise<string[]>;
  /** Sets the backends of a load balancer: groups with their capacity scalers. */
  backends(balancer: number, groups: readonly { readonly group: number; readonly scaler: number }[]): Promise<void>;
  /** Lets a group have `size` instances, and waits until it has. */
  resize(group: number, size: number): Promise<void>;
  close(): Promise<void>;
}

/** Number of the load balancer that is measured for each kind, and a group beside its own to change it with. */
export const MEASURED = { http: { balancer: 0, spare: 1 }, network: { balancer: 4, spare: 5 } } as const;

/** Draining time of every backend service, seconds. */
export const DRAINING_SECONDS = DRAIN_SEC;

/** Starts the cloud and builds everything. */
export async function startLab(offset: number, say: (text: string) => void): Promise<BenchLab> {
  const data = await dataFolder();
  const child = await startProcess(data, offset);
  const api = `http://127.0.0.1:${8099 + offset}/compute/v1/projects/bench/`;

  const close = async (): Promise<void> => {
    await end(child);
    await cleanUp(data);
  };
  const call = async (method: string, path: string, body?: object): Promise<unknown> => {
    const answer = await fetch(path.startsWith('http') ? path : api + path, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  };
  const done = async (method: string, path: string, body?: object): Promise<void> => {
    let now = operation.parse(await call(method, path, body));
    const link = now.selfLink.replace(/^.*\/projects\/bench\//, '');
    while (now.status !== 'DONE') {
      await sleep(20);
      now = operation.parse(await call('GET', link));
    }
    const [error] = now.error?.errors ?? [];
    if (error !== undefined) throw new Error(`${method} ${path}: ${error.message}`);
  };
  const place = (balancer: number): string => (balancer < HTTP_BALANCERS ? 'global' : REGION);
  const group = (index: number): string => `projects/bench/${REGION}/instanceGroups/g${index}`;
  const backend = (balancer: number, index: number, scaler: number) => ({
    group: group(index),
    ...(balancer < HTTP_BALANCERS
      ? { balancingMode: 'RATE', maxRatePerInstance: 1000 }
      : { balancingMode: 'CONNECTION' }),
    capacityScaler: scaler,
  });
  const lab: BenchLab = {
    async balancer(index) {
      const rule = z
        .looseObject({ IPAddress: z.string() })
        .parse(await call('GET', `${place(index)}/forwardingRules/lb${index}`));
      return `${rule.IPAddress}:${PORT}`;
    },
    async instances(balancer, index) {
      const path = `${place(balancer)}/backendServices/bs${balancer}/getHealth`;
      const found = health.parse(await call('POST', path, { group: group(index) }));
      return found.healthStatus
        .filter(({ healthState }) => healthState === 'HEALTHY')
        .map(({ ipAddress, port }) => `${ipAddress}:${port}`);
    },
    async backends(balancer, groups) {
      const path = `${place(balancer)}/backendServices/bs${balancer}`;
      const { fingerprint } = service.parse(await call('GET', path));
      const backends = groups.map((each) => backend(balancer, each.group, each.scaler));
      await done('PATCH', path, { fingerprint, backends });
    },
    async resize(index, size) {
      await done('POST', `${REGION}/instanceGroupManagers/g${index}/resize?size=${size}`);
      await until(`group ${index} has ${size} instances`, async () => {
        const answer = await call('POST', `${REGION}/instanceGroupManagers/g${index}/listManagedInstances`);
        const list = z
          .looseObject({
            managedInstances: z.array(z.looseObject({ instanceStatus: z.string().optional() })).default([]),
          })
          .parse(answer).managedInstances;
        return list.length === size && list.every(({ instanceStatus }) => instanceStatus === 'RUNNING');
      });
    },
    close,
  };
  try {
    say(`cloudlab is up; ${BALANCERS * GROUP_SIZE} instances boot`);
    const source = await stageImage(data, 'bench', {});
    await writeFile(join(fileURLToPath(source), 'rootfs/app.js'), INSTANCE_PROGRAM);
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
    for (let i = 0; i < BALANCERS; i++) {
      await done('POST', `${REGION}/instanceGroupManagers`, {
        name: `g${i}`,
        baseInstanceName: `g${i}`,
        instanceTemplate: 'global/instanceTemplates/bench',
        targetSize: GROUP_SIZE,
        namedPorts: [{ name: 'http', port: PORT }],
      });
      await done('POST', `${place(i)}/backendServices`, {
        name: `bs${i}`,
        protocol: i < HTTP_BALANCERS ? 'HTTP' : 'TCP',
        portName: 'http',
        loadBalancingScheme: 'EXTERNAL',
        healthChecks: ['global/healthChecks/hc'],
        backends: [backend(i, i, 1)],
        connectionDraining: { drainingTimeoutSec: DRAIN_SEC },
      });
      await rule(i);
    }
    for (let i = 0; i < BALANCERS; i++) await ready(i);
    return lab;
  } catch (cause) {
    await close();
    throw cause;
  }

  async function rule(i: number): Promise<void> {
    const base = { name: `lb${i}`, portRange: `${PORT}-${PORT}`, loadBalancingScheme: 'EXTERNAL' };
    if (i >= HTTP_BALANCERS) {
      await done('POST', `${REGION}/forwardingRules`, { ...base, backendService: `${REGION}/backendServices/bs${i}` });
      return;
    }
    await done('POST', 'global/urlMaps', { name: `map${i}`, defaultService: `global/backendServices/bs${i}` });
    await done('POST', 'global/targetHttpProxies', { name: `proxy${i}`, urlMap: `global/urlMaps/map${i}` });
    await done('POST', 'global/forwardingRules', { ...base, target: `global/targetHttpProxies/proxy${i}` });
  }

  async function ready(i: number): Promise<void> {
    await until(`group ${i} is healthy`, async () => (await lab.instances(i, i)).length === GROUP_SIZE);
  }
}

/** Repeats until the answer is true. @throws Error naming what was waited for */
export async function until(what: string, check: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + PATIENCE_SEC * 1000;
  while (!(await check())) {
    if (performance.now() > end) throw new Error(`Waited ${PATIENCE_SEC} s in vain until ${what}.`);
    await sleep(250);
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  child.kill('SIGTERM');
  await once(child, 'exit');
}
