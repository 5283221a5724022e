import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { get } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startCloudlab } from './app.ts';
import type { RunningCloudlab } from './app.ts';
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
import { configFrom } from './config.ts';

// Ports below those that connections of this machine begin at.
const offset = randomInt(12_000, 24_000);
const config = { port: 8099 + offset, appPort: randomInt(20_000, 30_000) };
let data: string;
let lab: RunningCloudlab;
let clients: ReturnType<typeof clientsOf>;

beforeAll(async () => {
  data = await dataFolder();
  lab = await startCloudlab(
    configFrom({
      GENNAKER_DATA: data,
      GENNAKER_OFFSET: String(offset),
      GENNAKER_BASE_IMAGES: join(data, 'none'),
      CLOUDLAB_OPERATION_LATENCY_MS: '50',
    }),
    () => undefined,
  );
  clients = clientsOf(config.port);
  await makeImage('one');
  await makeImage('two');
  await makeImage('wild', { BIND: '0.0.0.0' }, config.appPort + 1);
  await makeImage('clash', { BIND: '0.0.0.0' });
  await done(
    clients,
    clients.checks.insert({
      project,
      healthCheckResource: {
        name: 'hc',
        type: 'HTTP',
        checkIntervalSec: 1,
        timeoutSec: 1,
        httpHealthCheck: { port: config.appPort, requestPath: '/' },
      },
    }),
  );
});

afterAll(async () => {
  await lab.close(500);
  expect(await instanceProcesses(config.port)).toEqual([]);
  await cleanUp(data);
});

async function makeImage(name: string, env: Record<string, string> = {}, port = config.appPort): Promise<void> {
  const source = await stageImage(data, name, env);
  await done(
    clients,
    clients.images.insert({ project, imageResource: { name: `hello-${name}`, family: 'hello', rawDisk: { source } } }),
  );
  await done(
    clients,
    clients.templates.insert({
      project,
      instanceTemplateResource: {
        name,
        properties: {
          machineType: 'e2-micro',
          disks: [{ boot: true, initializeParams: { sourceImage: `projects/${project}/global/images/hello-${name}` } }],
          metadata: { items: [{ key: 'port', value: String(port) }] },
        },
      },
    }),
  );
}

async function makeGroup(name: string, template: string, targetSize: number): Promise<void> {
  await done(
    clients,
    clients.groups.insert({
      project,
      region,
      instanceGroupManagerResource: {
        name,
        targetSize,
        instanceTemplate: `projects/${project}/global/instanceTemplates/${template}`,
        namedPorts: [{ name: 'http', port: config.appPort }],
        distributionPolicy: { zones: [{ zone: 'zones/us-central1-a' }, { zone: 'zones/us-central1-b' }] },
      },
    }),
  );
}

async function members(group: string) {
  const [list] = await clients.groups.listManagedInstances({ project, region, instanceGroupManager: group });
  return list;
}

async function addresses(group: string): Promise<string[]> {
  const list = await Promise.all(
    (await members(group)).map(async ({ instance }) => {
      const [, zone = '', name = ''] = /zones\/([^/]+)\/instances\/(.+)$/.exec(instance ?? '') ?? [];
      const [found] = await clients.instances.get({ project, zone, instance: name });
      return found.networkInterfaces?.[0]?.networkIP ?? '';
    }),
  );
  return list;
}

async function stable(group: string): Promise<void> {
  await until(`${group} to be stable`, async () => {
    const [found] = await clients.groups.get({ project, region, instanceGroupManager: group });
    return found.status?.isStable === true;
  });
}

const groupUrl = (name: string): string => `projects/${project}/regions/${region}/instanceGroups/${name}`;

async function setBackends(service: string, groups: readonly string[]): Promise<void> {
  const [found] = await clients.services.get({ project, region, backendService: service });
  const backends = groups.map((group) => ({ group: groupUrl(group), balancingMode: 'CONNECTION' }));
  await done(
    clients,
    clients.services.update({
      project,
      region,
      backendService: service,
      backendServiceResource: { ...found, backends },
    }),
  );
}

async function healthy(service: string, group: string, count: number): Promise<void> {
  await until(`${count} healthy of ${group}`, async () => {
    const [health] = await clients.services.getHealth({
      project,
      region,
      backendService: service,
      resourceGroupReferenceResource: { group: groupUrl(group) },
    });
    return health.healthStatus?.filter(({ healthState }) => healthState === 'HEALTHY').length === count;
  });
}

async function balance(name: string, drainingTimeoutSec: number): Promise<{ host: string; port: number }> {
  await done(
    clients,
    clients.services.insert({
      project,
      region,
      backendServiceResource: {
        name,
        protocol: 'TCP',
        portName: 'http',
        healthChecks: [`projects/${project}/global/healthChecks/hc`],
        connectionDraining: { drainingTimeoutSec },
      },
    }),
  );
  await done(
    clients,
    clients.rules.insert({
      project,
      region,
      forwardingRuleResource: {
        name,
        portRange: `${config.appPort}-${config.appPort}`,
        backendService: `projects/${project}/regions/${region}/backendServices/${name}`,
      },
    }),
  );
  const [rule] = await clients.rules.get({ project, region, forwardingRule: name });
  return { host: rule.IPAddress ?? '', port: config.appPort };
}

interface Answer {
  readonly version: string;
  readonly body: string;
}

/** One request on its own connection; rejects on everything but a whole 200. */
function fetchOnce(to: { readonly host: string; readonly port: number }): Promise<Answer> {
  return new Promise((resolve, reject) => {
    get({ ...to, path: '/', agent: false }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (text: string) => (body += text));
      response.on('error', reject);
      response.on('end', () => {
        if (response.statusCode === 200) resolve({ version: String(response.headers['x-version']), body });
        else reject(new Error(`answered ${String(response.statusCode)}`));
      });
    }).on('error', reject);
  });
}

describe('through the real clients', { timeout: 120_000 }, () => {
  test('four instances boot in their own roots over two zones, and a switch of versions under traffic loses nothing', async () => {
    await makeGroup('app-v000', 'one', 4);
    const to = await balance('lb', 5);
    await setBackends('lb', ['app-v000']);
    await stable('app-v000');
    await healthy('lb', 'app-v000', 4);
    expect(
      new Set((await members('app-v000')).map(({ instance }) => /zones\/([^/]+)/.exec(instance ?? '')?.[1])).size,
    ).toBe(2);

    const answers: (Answer & { sent: number })[] = [];
    const failures: unknown[] = [];
    let switched = Number.POSITIVE_INFINITY;
    const pending = new Set<Promise<void>>();
    const timer = setInterval(() => {
      const sent = performance.now();
      const one: Promise<void> = fetchOnce(to)
        .then((answer) => void answers.push({ ...answer, sent }))
        .catch((cause: unknown) => void failures.push(cause))
        .finally(() => pending.delete(one));
      pending.add(one);
    }, 5);

    await makeGroup('app-v001', 'two', 4);
    await stable('app-v001');
    await setBackends('lb', ['app-v000', 'app-v001']);
    await healthy('lb', 'app-v001', 4);
    await setBackends('lb', ['app-v001']);
    switched = performance.now();
    await done(clients, clients.groups.delete({ project, region, instanceGroupManager: 'app-v000' }));
    await new Promise((resolve) => setTimeout(resolve, 300));
    clearInterval(timer);
    await Promise.all(pending);

    expect(failures).toEqual([]);
    expect(new Set(answers.map(({ version }) => version))).toEqual(new Set(['one', 'two']));
    expect(answers.filter(({ sent, version }) => sent > switched && version === 'one')).toEqual([]);
    const names = new Set(answers.map(({ body }) => body.split(' from ')[1]));
    expect(names.size).toBe(8);
    const counters = (await (await fetch(`${lab.url}/lab/v1/counters`)).json()) as {
      forwardingRules: Record<string, { connections: number; refused: number }>;
    };
    expect(counters.forwardingRules[`projects/${project}/regions/${region}/forwardingRules/lb`]).toMatchObject({
      connections: answers.length,
      refused: 0,
    });
  });

  test('the console shows what an instance wrote; it sees its own processes and its own host name only', async () => {
    await makeGroup('console', 'one', 1);
    await stable('console');
    const [member] = await members('console');
    const [, zone = '', name = ''] = /zones\/([^/]+)\/instances\/(.+)$/.exec(member?.instance ?? '') ?? [];
    const [output] = await clients.instances.getSerialPortOutput({ project, zone, instance: name });
    expect(output.contents).toMatch(/listening as process [23]\n/);
    const [host = ''] = await addresses('console');
    expect((await fetchOnce({ host, port: config.appPort })).body).toBe(`hello one from ${name}`);
  });

  test('a startup script runs beside the program; disks come and go while it runs, and a kept one is there again after the instance is made anew', async () => {
    // Everybody may write to a disk, unlike to the folder that it is mounted on.
    const watch = `const { statSync, writeFileSync } = require('node:fs');
let here = false;
setInterval(() => {
  const { mode } = statSync('/mnt/disks/extra', { throwIfNoEntry: false }) || { mode: 0 };
  if ((mode & 2) > 0 === here) return;
  here = !here;
  if (here) writeFileSync('/mnt/disks/extra/note', 'kept');
  console.log(here ? 'extra came' : 'extra went');
}, 20);`;
    const script = `echo boot >> /mnt/disks/data/boots
n=0; while read -r line; do n=$((n+1)); done < /mnt/disks/data/boots; echo "boots: $n"
node -e "${watch}" &`;
    await done(
      clients,
      clients.templates.insert({
        project,
        instanceTemplateResource: {
          name: 'kept',
          properties: {
            machineType: 'e2-micro',
            disks: [
              { boot: true, initializeParams: { sourceImage: `projects/${project}/global/images/hello-one` } },
              { deviceName: 'data', autoDelete: true, initializeParams: { diskSizeGb: '1' } },
            ],
            metadata: {
              items: [
                { key: 'port', value: String(config.appPort) },
                { key: 'startup-script', value: script },
              ],
            },
          },
        },
      }),
    );
    await done(
      clients,
      clients.groups.insert({
        project,
        region,
        instanceGroupManagerResource: {
          name: 'kept',
          targetSize: 1,
          instanceTemplate: `projects/${project}/global/instanceTemplates/kept`,
          updatePolicy: { instanceRedistributionType: 'NONE' },
          statefulPolicy: { preservedState: { disks: { data: { autoDelete: 'NEVER' } } } },
        },
      }),
    );
    const says = (text: string): Promise<void> =>
      until(`the console to say ${text}`, async () => {
        const [member] = await members('kept');
        const [, zone = '', name = ''] = /zones\/([^/]+)\/instances\/(.+)$/.exec(member?.instance ?? '') ?? [];
        const [output] = await clients.instances.getSerialPortOutput({ project, zone, instance: name });
        return output.contents?.includes(text) === true;
      });
    await says('startup-script: boots: 1\nstartup-script: exit status 0\n');
    await stable('kept');
    const [before] = await members('kept');
    const used = await lab.cloud.lab.runtime.cpuSeconds([String(before?.id)]);
    expect(used.get(String(before?.id))).toBeGreaterThan(0);

    const [, zone = '', name = ''] = /zones\/([^/]+)\/instances\/(.+)$/.exec(before?.instance ?? '') ?? [];
    const change = async (path: string, body: object): Promise<void> => {
      const url = `${lab.url}/compute/v1/projects/${project}/zones/${zone}`;
      const answer = await fetch(`${url}/${path}`, { method: 'POST', body: JSON.stringify(body) });
      expect(answer.status).toBe(200);
      const operation = (await answer.json()) as { name: string };
      const ended = await fetch(`${url}/operations/${operation.name}/wait`, { method: 'POST' });
      expect(await ended.json()).not.toHaveProperty('error');
    };
    await change('disks', { name: 'extra', sizeGb: '1' });
    await change(`instances/${name}/attachDisk`, { source: `zones/${zone}/disks/extra`, deviceName: 'extra' });
    await says('startup-script: extra came\n');
    await change(`instances/${name}/detachDisk?deviceName=extra`, {});
    await says('startup-script: extra went\n');
    const extra = lab.cloud.lab.store.get('disks', `projects/${project}/zones/${zone}/disks/extra`);
    expect(await readFile(join(data, 'cloudlab/disks', extra?.id ?? '', 'note'), 'utf8')).toBe('kept');
    await done(
      clients,
      clients.groups.recreateInstances({
        project,
        region,
        instanceGroupManager: 'kept',
        regionInstanceGroupManagersRecreateRequestResource: { instances: [before?.instance ?? ''] },
      }),
    );
    await says('startup-script: boots: 2\n');
    expect((await members('kept'))[0]?.id).not.toBe(before?.id);
  });

  test('an open connection outlives the removal of its backend by the draining time', async () => {
    await makeGroup('drain', 'one', 1);
    const to = await balance('drain', 1);
    await setBackends('drain', ['drain']);
    await healthy('drain', 'drain', 1);
    const socket = connect(to);
    await once(socket, 'connect');
    const ask = async (): Promise<string> => {
      socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n');
      const [text] = (await once(socket, 'data')) as [Buffer];
      return text.toString();
    };
    expect(await ask()).toContain('200 OK');
    await setBackends('drain', []);
    const removed = Date.now();
    expect(await ask()).toContain('hello one');
    await expect(fetchOnce(to)).rejects.toThrow();
    await once(socket, 'close');
    expect(Date.now() - removed).toBeGreaterThan(700);
    expect(Date.now() - removed).toBeLessThan(8000);
  });

  test('an instance that binds every address does not boot, and the group says why', async () => {
    await makeGroup('wild', 'wild', 1);
    await until('the reason', async () => {
      const [member] = await members('wild');
      return (
        member?.lastAttempt?.errors?.errors?.[0]?.message?.includes('listens on every address of the machine') === true
      );
    });
    const [member] = await members('wild');
    expect(member?.lastAttempt?.errors?.errors?.[0]?.code).toBe('LISTENS_ELSEWHERE');
    const [errors] = await clients.groups.listErrors({ project, region, instanceGroupManager: 'wild' });
    expect(errors[0]?.error?.message).toContain('bind to $HOST');
    await done(clients, clients.groups.delete({ project, region, instanceGroupManager: 'wild' }));
    // Where another instance listens on that port already, binding every address is refused by the system itself.
    await makeGroup('clash', 'clash', 1);
    await until('the reason', async () => {
      const [member] = await members('clash');
      const message = member?.lastAttempt?.errors?.errors?.[0]?.message;
      return message?.includes('EADDRINUSE') === true && message.includes('bind to $HOST');
    });
    await done(clients, clients.groups.delete({ project, region, instanceGroupManager: 'clash' }));
  });

  test('a program that crashes is started again, with its last words as the error', async () => {
    await makeGroup('crash', 'one', 1);
    await stable('crash');
    const [host = ''] = await addresses('crash');
    await fetch(`http://${host}:${config.appPort}/crash`).catch(() => undefined);
    await until('the error', async () => {
      const [member] = await members('crash');
      return member?.lastAttempt?.errors?.errors?.[0]?.message?.includes('asked to crash') === true;
    });
    await until(
      'the restart',
      async () => (await fetchOnce({ host, port: config.appPort }).catch(() => undefined)) !== undefined,
    );
  });

  test("errors keep Google's shape: status, reason and sentence", async () => {
    await expect(clients.templates.get({ project, instanceTemplate: 'nope' })).rejects.toMatchObject({
      httpStatusCode: 404,
      reason: 'notFound',
      message: `The resource 'projects/${project}/global/instanceTemplates/nope' was not found`,
    });
    const [service] = await clients.services.get({ project, region, backendService: 'lb' });
    await expect(
      clients.services.update({
        project,
        region,
        backendService: 'lb',
        backendServiceResource: { ...service, fingerprint: 'c3RhbGU=' },
      }),
    ).rejects.toMatchObject({ httpStatusCode: 412, reason: 'conditionNotMet' });
  });
});

describe('images', { timeout: 120_000 }, () => {
  test('a checkout is a private copy; what is put into it is in the new image and not in the old one', async () => {
    const post = (body: unknown) =>
      fetch(`${lab.url}/lab/v1/checkouts`, { method: 'POST', body: JSON.stringify(body) });
    const checkout = (await (await post({ image: 'hello-one' })).json()) as { id: string; path: string };
    await writeFile(join(checkout.path, 'rootfs/mark'), 'baked');
    await done(
      clients,
      clients.images.insert({
        project,
        imageResource: { name: 'hello-baked', rawDisk: { source: `file://${checkout.path}` } },
      }),
    );
    const digest = async (name: string): Promise<string> => {
      const answer = (await (await fetch(`${lab.url}/lab/v1/images/${name}`)).json()) as { digest: string };
      return answer.digest.replace('sha256:', '');
    };
    const [old, baked] = [await digest('hello-one'), await digest('hello-baked')];
    expect(baked).not.toBe(old);
    expect(await readFile(join(data, 'cloudlab/images', baked, 'rootfs/mark'), 'utf8')).toBe('baked');
    await expect(stat(join(data, 'cloudlab/images', old, 'rootfs/mark'))).rejects.toThrow('ENOENT');

    const unused = (await (await post({ image: `projects/${project}/global/images/family/hello` })).json()) as {
      id: string;
      path: string;
    };
    expect((await fetch(`${lab.url}/lab/v1/checkouts/${unused.id}`, { method: 'DELETE' })).status).toBe(200);
    await expect(stat(unused.path)).rejects.toThrow('ENOENT');
    await done(clients, clients.images.delete({ project, image: 'hello-baked' }));
    await expect(stat(join(data, 'cloudlab/images', baked))).rejects.toThrow('ENOENT');
    expect((await post({ image: 'hello-baked' })).status).toBe(404);
  });

  test('a source outside the staging folder is refused with the folder to use', async () => {
    const insert = clients.images.insert({
      project,
      imageResource: { name: 'stolen', rawDisk: { source: 'file:///etc' } },
    });
    await expect(done(clients, insert)).rejects.toThrow(/lies outside the staging folder.*cloudlab\/staging/);
  });
});

describe('its own process', { timeout: 120_000 }, () => {
  test('kill -9 leaves nothing running, and the next start brings the same instances back; SIGTERM ends all', async () => {
    const folder = await dataFolder();
    const otherOffset = offset + 1;
    const port = 8099 + otherOffset;
    const api = clientsOf(port);
    try {
      const first = await startProcess(folder, otherOffset);
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

      const second = await startProcess(folder, otherOffset);
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
