import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { autoscale, done, project, region, until } from './cloudlab.fixture.ts';
import { TrialCloud, fetchOnce } from './trial-cloud.fixture.ts';

let trial: TrialCloud;
beforeAll(async () => {
  trial = await TrialCloud.start();
  await trial.makeImage('one');
  await trial.makeImage('wild', { BIND: '0.0.0.0' }, trial.appPort + 1);
  await trial.makeImage('busy', { BUSY: '1' });
  await trial.makeImage('clash', { BIND: '0.0.0.0' });
});
afterAll(async () => expect(await trial.close()).toEqual([]));

describe('instances', { timeout: 120_000 }, () => {
  test('the console shows what an instance wrote; it sees its own processes and its own host name only', async () => {
    await trial.makeGroup('console', 'one', 1);
    await trial.stable('console');
    const [member] = await trial.members('console');
    const [, zone = '', name = ''] = /zones\/([^/]+)\/instances\/(.+)$/.exec(member?.instance ?? '') ?? [];
    const [output] = await trial.clients.instances.getSerialPortOutput({ project, zone, instance: name });
    expect(output.contents).toMatch(/listening as process [23]\n/);
    const [host = ''] = await trial.addresses('console');
    expect((await fetchOnce({ host, port: trial.appPort })).body).toBe(`hello one from ${name}`);
  });

  test('a program that keeps its processor busy makes the autoscaler enlarge its group', async () => {
    await trial.makeGroup('busy', 'busy', 1);
    await trial.stable('busy');
    // So little that even a machine with much else to do gives it that much.
    const cpuUtilization = { utilizationTarget: 0.01 };
    const policy = { minNumReplicas: 1, maxNumReplicas: 2, coolDownPeriodSec: 0, cpuUtilization };
    await autoscale(trial.lab.url, 'busy', policy);
    await until('a second instance', async () => (await trial.members('busy')).length === 2);
    await trial.stable('busy');
    expect(new Set(await trial.addresses('busy')).size).toBe(2);
  });

  test('a startup script runs beside the program; disks come and go while it runs, one of them to read only, and a kept one is there again after the instance is made anew', async () => {
    // Everybody may write to a disk, unlike to the folder that it is mounted on.
    const watch = `const { readFileSync, statSync, writeFileSync } = require('node:fs');
let here = false;
setInterval(() => {
  const { mode } = statSync('/mnt/disks/extra', { throwIfNoEntry: false }) || { mode: 0 };
  if ((mode & 2) > 0 === here) return;
  here = !here;
  if (!here) return console.log('extra went');
  try {
    writeFileSync('/mnt/disks/extra/note', 'kept');
    console.log('extra came');
  } catch ({ code }) {
    console.log('extra came with ' + readFileSync('/mnt/disks/extra/note', 'utf8') + ': ' + code);
  }
}, 20);`;
    const script = `echo boot >> /mnt/disks/data/boots
n=0; while read -r line; do n=$((n+1)); done < /mnt/disks/data/boots; echo "boots: $n"
node -e "${watch}" &`;
    await done(
      trial.clients,
      trial.clients.templates.insert({
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
                { key: 'port', value: String(trial.appPort) },
                { key: 'startup-script', value: script },
              ],
            },
          },
        },
      }),
    );
    await done(
      trial.clients,
      trial.clients.groups.insert({
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
        const [member] = await trial.members('kept');
        const [, zone = '', name = ''] = /zones\/([^/]+)\/instances\/(.+)$/.exec(member?.instance ?? '') ?? [];
        const [output] = await trial.clients.instances.getSerialPortOutput({ project, zone, instance: name });
        return output.contents?.includes(text) === true;
      });
    await says('startup-script: boots: 1\nstartup-script: exit status 0\n');
    await trial.stable('kept');
    const [before] = await trial.members('kept');
    const used = await trial.lab.cloud.lab.runtime.cpuSeconds([String(before?.id)]);
    expect(used.get(String(before?.id))).toBeGreaterThan(0);

    const [, zone = '', name = ''] = /zones\/([^/]+)\/instances\/(.+)$/.exec(before?.instance ?? '') ?? [];
    const change = async (path: string, body: object): Promise<void> => {
      const url = `${trial.lab.url}/compute/v1/projects/${project}/zones/${zone}`;
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
    const extra = trial.lab.cloud.lab.store.get('disks', `projects/${project}/zones/${zone}/disks/extra`);
    expect(await readFile(join(trial.data, 'cloudlab/disks', extra?.id ?? '', 'note'), 'utf8')).toBe('kept');

    // What is on a disk that is made of a snapshot of it can be read; the program's own note there is refused.
    await change('disks/extra/createSnapshot', { name: 'note' });
    await change('disks', { name: 'copy', sourceSnapshot: 'global/snapshots/note' });
    const readOnly = { source: `zones/${zone}/disks/copy`, deviceName: 'extra', mode: 'READ_ONLY' };
    await change(`instances/${name}/attachDisk`, readOnly);
    await says('startup-script: extra came with kept: EROFS\n');
    await done(
      trial.clients,
      trial.clients.groups.recreateInstances({
        project,
        region,
        instanceGroupManager: 'kept',
        regionInstanceGroupManagersRecreateRequestResource: { instances: [before?.instance ?? ''] },
      }),
    );
    await says('startup-script: boots: 2\n');
    expect((await trial.members('kept'))[0]?.id).not.toBe(before?.id);
  });

  test('an instance that binds every address does not boot, and the group says why', async () => {
    await trial.makeGroup('wild', 'wild', 1);
    await until('the reason', async () => {
      const [member] = await trial.members('wild');
      return (
        member?.lastAttempt?.errors?.errors?.[0]?.message?.includes('listens on every address of the machine') === true
      );
    });
    const [member] = await trial.members('wild');
    expect(member?.lastAttempt?.errors?.errors?.[0]?.code).toBe('LISTENS_ELSEWHERE');
    const [errors] = await trial.clients.groups.listErrors({ project, region, instanceGroupManager: 'wild' });
    expect(errors[0]?.error?.message).toContain('bind to $HOST');
    await done(trial.clients, trial.clients.groups.delete({ project, region, instanceGroupManager: 'wild' }));
    // Where another instance listens on that port already, binding every address is refused by the system itself.
    await trial.makeGroup('clash', 'clash', 1);
    await until('the reason', async () => {
      const [member] = await trial.members('clash');
      const message = member?.lastAttempt?.errors?.errors?.[0]?.message;
      return message?.includes('EADDRINUSE') === true && message.includes('bind to $HOST');
    });
    await done(trial.clients, trial.clients.groups.delete({ project, region, instanceGroupManager: 'clash' }));
  });

  test('a program that crashes is started again, with its last words as the error', async () => {
    await trial.makeGroup('crash', 'one', 1);
    await trial.stable('crash');
    const [host = ''] = await trial.addresses('crash');
    await fetch(`http://${host}:${trial.appPort}/crash`).catch(() => undefined);
    await until('the error', async () => {
      const [member] = await trial.members('crash');
      return member?.lastAttempt?.errors?.errors?.[0]?.message?.includes('asked to crash') === true;
    });
    await until(
      'the restart',
      async () => (await fetchOnce({ host, port: trial.appPort }).catch(() => undefined)) !== undefined,
    );
  });
});

describe('images', { timeout: 120_000 }, () => {
  test('a checkout is a private copy; what is put into it is in the new image and not in the old one', async () => {
    const post = (body: unknown) =>
      fetch(`${trial.lab.url}/lab/v1/checkouts`, { method: 'POST', body: JSON.stringify(body) });
    const checkout = (await (await post({ image: 'hello-one' })).json()) as { id: string; path: string };
    await writeFile(join(checkout.path, 'rootfs/mark'), 'baked');
    await done(
      trial.clients,
      trial.clients.images.insert({
        project,
        imageResource: { name: 'hello-baked', rawDisk: { source: `file://${checkout.path}` } },
      }),
    );
    const digest = async (name: string): Promise<string> => {
      const answer = (await (await fetch(`${trial.lab.url}/lab/v1/images/${name}`)).json()) as { digest: string };
      return answer.digest.replace('sha256:', '');
    };
    const [old, baked] = [await digest('hello-one'), await digest('hello-baked')];
    expect(baked).not.toBe(old);
    expect(await readFile(join(trial.data, 'cloudlab/images', baked, 'rootfs/mark'), 'utf8')).toBe('baked');
    await expect(stat(join(trial.data, 'cloudlab/images', old, 'rootfs/mark'))).rejects.toThrow('ENOENT');

    const unused = (await (await post({ image: `projects/${project}/global/images/family/hello` })).json()) as {
      id: string;
      path: string;
    };
    expect((await fetch(`${trial.lab.url}/lab/v1/checkouts/${unused.id}`, { method: 'DELETE' })).status).toBe(200);
    await expect(stat(unused.path)).rejects.toThrow('ENOENT');
    await done(trial.clients, trial.clients.images.delete({ project, image: 'hello-baked' }));
    await expect(stat(join(trial.data, 'cloudlab/images', baked))).rejects.toThrow('ENOENT');
    expect((await post({ image: 'hello-baked' })).status).toBe(404);
  });

  test('a source outside the staging folder is refused with the folder to use', async () => {
    const insert = trial.clients.images.insert({
      project,
      imageResource: { name: 'stolen', rawDisk: { source: 'file:///etc' } },
    });
    await expect(done(trial.clients, insert)).rejects.toThrow(/lies outside the staging folder.*cloudlab\/staging/);
  });
});
