import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { TestCloud } from './cloud.fixture.ts';
import type { Json } from './cloud.fixture.ts';

const MIGS = 'regions/us-central1/instanceGroupManagers';
const GROUP = `${MIGS}/g`;
const IMAGE = 'projects/p/global/images/family/debian-12-nodejs';

async function groupOf(lab: TestCloud): Promise<Json> {
  return (await lab.api('GET', GROUP)).body;
}

function namesOf(members: readonly Json[]): string[] {
  return members.map((each) => String(each['name'])).toSorted();
}

function templatesOf(members: readonly Json[]): string[] {
  return members.map((each) => String(each['version']?.['instanceTemplate']).split('/').at(-1) ?? '').toSorted();
}

/** A template with a data disk `data`. */
async function templateWithDisk(lab: TestCloud, name: string, deviceName = 'data'): Promise<void> {
  await lab.done('POST', 'global/instanceTemplates', {
    name,
    properties: {
      machineType: 'e2-micro',
      disks: [
        { boot: true, autoDelete: true, initializeParams: { sourceImage: IMAGE } },
        { deviceName, autoDelete: true, initializeParams: { diskSizeGb: '20' } },
      ],
    },
  });
}

describe('versions and updates', () => {
  test('a canary takes its share, and the rest stays on the first version', async () => {
    const lab = new TestCloud();
    await lab.group('g', 6);
    await lab.template('next');
    await lab.clock.advance(10_000);
    await lab.done('PATCH', GROUP, {
      versions: [
        { instanceTemplate: 'global/instanceTemplates/g-t' },
        { name: 'canary', instanceTemplate: 'global/instanceTemplates/next', targetSize: { percent: 20 } },
      ],
      updatePolicy: { type: 'PROACTIVE', maxSurge: { fixed: 3 }, maxUnavailable: { fixed: 0 } },
    });
    await lab.clock.advance(30_000);
    expect(templatesOf(await lab.managed('g'))).toEqual(['g-t', 'g-t', 'g-t', 'g-t', 'next', 'next']);
    expect(await groupOf(lab)).toMatchObject({
      versions: [{ targetSize: { calculated: 4 } }, { name: 'canary', targetSize: { percent: 20, calculated: 2 } }],
      status: { isStable: true, versionTarget: { isReached: true } },
    });
  });

  test('an opportunistic group takes the new template for what it makes anew only', async () => {
    const lab = new TestCloud();
    await lab.group('g', 3);
    await lab.template('next');
    await lab.clock.advance(10_000);
    await lab.done('POST', `${GROUP}/setInstanceTemplate`, { instanceTemplate: 'global/instanceTemplates/next' });
    await lab.clock.advance(30_000);
    const before = await lab.managed('g');
    expect(templatesOf(before)).toEqual(['g-t', 'g-t', 'g-t']);
    expect(await groupOf(lab)).toMatchObject({ status: { isStable: true, versionTarget: { isReached: false } } });
    await lab.done('POST', `${GROUP}/recreateInstances`, { instances: [before[0]?.['instance']] });
    await lab.clock.advance(10_000);
    const after = await lab.managed('g');
    expect(templatesOf(after)).toEqual(['g-t', 'g-t', 'next']);
    expect(namesOf(after)).toEqual(namesOf(before));
  });

  test('applyUpdatesToInstances brings what is named there, as gently as its change allows', async () => {
    const lab = new TestCloud();
    await lab.group('g', 2);
    await lab.template('next', [{ key: 'greeting', value: 'hello' }]);
    await lab.clock.advance(10_000);
    await lab.done('POST', `${GROUP}/setInstanceTemplate`, { instanceTemplate: 'global/instanceTemplates/next' });
    const [one] = await lab.managed('g');
    await lab.done('POST', `${GROUP}/applyUpdatesToInstances`, { instances: [one?.['instance']] });
    const after = await lab.managed('g');
    expect(after.find((each) => each['name'] === one?.['name'])).toMatchObject({
      id: one?.['id'],
      currentAction: 'NONE',
      version: { instanceTemplate: expect.stringContaining('/next') },
    });
    const path = String(one?.['instance']).split('/projects/p/')[1] ?? '';
    const { body } = await lab.api('GET', path);
    expect(body['metadata']?.['items']).toContainEqual({ key: 'greeting', value: 'hello' });
    await lab.done('POST', `${GROUP}/applyUpdatesToInstances`, { allInstances: true, minimalAction: 'RESTART' });
    const restarting = await lab.managed('g');
    expect(restarting.map((each) => each['currentAction'])).toEqual(['RESTARTING', 'RESTARTING']);
    await lab.clock.advance(10_000);
    expect(templatesOf(await lab.managed('g'))).toEqual(['next', 'next']);
    expect((await lab.managed('g')).find((each) => each['name'] === one?.['name'])?.['id']).toBe(one?.['id']);
  });

  test('a rolling update waits for the health check, and stops when the new version never gets healthy', async () => {
    const good = new Set<string>();
    const lab = new TestCloud({ healthy: (address) => good.has(address) });
    const goodAll = (): void => {
      for (const { request } of lab.runtime.running.values()) good.add(request.address);
    };
    await lab.done('POST', 'global/healthChecks', { name: 'hc', type: 'TCP', tcpHealthCheck: { port: 8080 } });
    await lab.group('g', 3, { autoHealingPolicies: [{ healthCheck: 'global/healthChecks/hc', initialDelaySec: 300 }] });
    await lab.template('next');
    await lab.clock.advance(5000);
    expect((await groupOf(lab))['currentActions']).toMatchObject({ verifying: 3 });
    goodAll();
    await lab.clock.advance(30_000);
    expect(await groupOf(lab)).toMatchObject({ status: { isStable: true }, currentActions: { none: 3 } });
    await lab.done('PATCH', GROUP, {
      versions: [{ instanceTemplate: 'global/instanceTemplates/next' }],
      updatePolicy: { type: 'PROACTIVE', maxSurge: { fixed: 3 }, maxUnavailable: { fixed: 0 } },
    });
    await lab.clock.advance(120_000);
    const stuck = await lab.managed('g');
    expect(templatesOf(stuck)).toEqual(['g-t', 'g-t', 'g-t', 'next', 'next', 'next']);
    expect(stuck.filter((each) => each['currentAction'] === 'VERIFYING')).toHaveLength(3);
    goodAll();
    await lab.clock.advance(60_000);
    expect(templatesOf(await lab.managed('g'))).toEqual(['next', 'next', 'next']);
  });

  test('while it rolls, there is never more than target and surge, nor less than target less unavailable', async () => {
    const policy = fc
      .record({
        surge: fc.constantFrom(0, 3, 4),
        unavailable: fc.constantFrom(0, 3, 4),
        size: fc.integer({ min: 1, max: 7 }),
        recreate: fc.boolean(),
        canary: fc.option(fc.integer({ min: 0, max: 3 })),
      })
      .filter(({ surge, unavailable, recreate }) => (recreate ? unavailable > 0 : surge + unavailable > 0));
    await fc.assert(
      fc.asyncProperty(policy, async ({ surge, unavailable, size, recreate, canary }) => {
        const lab = new TestCloud();
        await lab.group('g', size);
        await lab.template('next');
        await lab.clock.advance(20_000);
        const names = namesOf(await lab.managed('g'));
        const next = { instanceTemplate: 'global/instanceTemplates/next' };
        await lab.done('PATCH', GROUP, {
          versions:
            canary === null
              ? [next]
              : [{ instanceTemplate: 'global/instanceTemplates/g-t' }, { ...next, targetSize: { fixed: canary } }],
          updatePolicy: {
            type: 'PROACTIVE',
            maxSurge: { fixed: recreate ? 0 : surge },
            maxUnavailable: { fixed: unavailable },
            replacementMethod: recreate ? 'RECREATE' : 'SUBSTITUTE',
          },
        });
        for (let passed = 0; passed < 120; passed++) {
          const members = (await lab.managed('g')).filter((each) => each['currentAction'] !== 'DELETING');
          expect(members.length).toBeLessThanOrEqual(size + (recreate ? 0 : surge));
          const up = members.filter((each) => each['instanceStatus'] === 'RUNNING' && each['currentAction'] === 'NONE');
          expect(up.length).toBeGreaterThanOrEqual(size - unavailable);
          await lab.clock.advance(500);
        }
        const members = await lab.managed('g');
        expect(templatesOf(members).filter((each) => each === 'next')).toHaveLength(
          canary === null ? size : Math.min(canary, size),
        );
        if (recreate) expect(namesOf(members)).toEqual(names);
        expect(await groupOf(lab)).toMatchObject({ status: { isStable: true, versionTarget: { isReached: true } } });
      }),
      { numRuns: 60 },
    );
  });

  test.each([
    [{ updatePolicy: { maxSurge: { fixed: 0 }, maxUnavailable: { fixed: 0 } } }, 'both 0'],
    [{ updatePolicy: { maxSurge: { fixed: 1 } } }, 'at least the number of its zones (3)'],
    [{ updatePolicy: { replacementMethod: 'RECREATE', maxSurge: { fixed: 3 } } }, 'must be 0'],
    [{ distributionPolicy: { targetShape: 'ANY' } }, 'say NONE'],
    [{ statefulPolicy: { preservedState: { disks: { data: {} } } } }, 'say NONE'],
    [
      {
        statefulPolicy: { preservedState: { disks: { data: {} } } },
        updatePolicy: { instanceRedistributionType: 'NONE' },
      },
      'has the devices persistent-disk-0',
    ],
    [{ versions: [{ instanceTemplate: 'global/instanceTemplates/g-t', targetSize: { fixed: 1 } }] }, 'Exactly one'],
  ])('%j is refused: %s', async (change, sentence) => {
    const lab = new TestCloud();
    await lab.group('g', 1);
    expect(await lab.api('PATCH', GROUP, change)).toMatchObject({
      status: 400,
      body: { error: { message: expect.stringContaining(sentence) } },
    });
  });
});

describe('instances by name', () => {
  test('created ones keep their names through recreation, abandoned ones live on by themselves', async () => {
    const lab = new TestCloud();
    await lab.group('g', 1);
    await lab.done('POST', `${GROUP}/createInstances`, { instances: [{ name: 'db-0' }, { name: 'db-1' }] });
    await lab.clock.advance(10_000);
    const members = await lab.managed('g');
    expect(namesOf(members)).toEqual(expect.arrayContaining(['db-0', 'db-1']));
    expect(await groupOf(lab)).toMatchObject({ targetSize: 3, status: { isStable: true } });
    const db = members.find((each) => each['name'] === 'db-0');
    await lab.done('POST', `${GROUP}/abandonInstances`, { instances: [db?.['instance']] });
    await lab.clock.advance(10_000);
    expect(namesOf(await lab.managed('g'))).not.toContain('db-0');
    expect(await groupOf(lab)).toMatchObject({ targetSize: 2, status: { isStable: true } });
    const path = String(db?.['instance']).split('/projects/p/')[1] ?? '';
    expect((await lab.api('GET', path)).body).toMatchObject({ status: 'RUNNING', id: db?.['id'] });
    await lab.done('DELETE', path);
    expect((await lab.api('GET', path)).status).toBe(404);
    expect(lab.runtime.running.size).toBe(2);
  });

  test('one that somebody else deletes or stops is made anew under its name', async () => {
    const lab = new TestCloud();
    await lab.group('g', 2);
    await lab.clock.advance(10_000);
    const before = await lab.managed('g');
    const path = String(before[0]?.['instance']).split('/projects/p/')[1] ?? '';
    for (const call of [
      ['DELETE', path],
      ['POST', `${path}/stop`],
    ] as const) {
      await lab.done(call[0], call[1]);
      await lab.clock.advance(10_000);
      expect(namesOf(await lab.managed('g'))).toEqual(namesOf(before));
      expect(await groupOf(lab)).toMatchObject({ targetSize: 2, status: { isStable: true } });
    }
  });

  test('a standing-alone instance is inserted, stopped, started, tagged and deleted with its disk', async () => {
    const lab = new TestCloud();
    const zone = 'zones/europe-west1-b';
    await lab.done('POST', `${zone}/instances`, {
      name: 'lone',
      machineType: `${zone}/machineTypes/e2-micro`,
      disks: [{ boot: true, initializeParams: { sourceImage: IMAGE } }],
      tags: { items: ['web'] },
    });
    await lab.clock.advance(5000);
    const path = `${zone}/instances/lone`;
    const { body } = await lab.api('GET', path);
    expect(body).toMatchObject({ status: 'RUNNING', tags: { items: ['web'] } });
    expect((await lab.api('GET', `${zone}/disks/lone`)).body).toMatchObject({ users: [body['selfLink']] });
    expect((await lab.api('DELETE', `${zone}/disks/lone`)).body).toMatchObject({
      error: { errors: [{ reason: 'resourceInUseByAnotherResource' }] },
    });
    await lab.done('POST', `${path}/stop`);
    expect((await lab.api('GET', path)).body).toMatchObject({ status: 'TERMINATED' });
    expect(lab.runtime.running.size).toBe(0);
    await lab.done('POST', `${path}/start`);
    await lab.clock.advance(5000);
    expect((await lab.api('GET', path)).body).toMatchObject({ status: 'RUNNING', id: body['id'] });
    await lab.done('POST', `${path}/setTags`, { items: ['db'], fingerprint: body['tags']?.['fingerprint'] });
    const stale = { items: [], fingerprint: body['tags']?.['fingerprint'] };
    expect((await lab.api('POST', `${path}/setTags`, stale)).status).toBe(412);
    await lab.done('DELETE', path);
    expect((await lab.api('GET', path)).status).toBe(404);
    expect((await lab.api('GET', `${zone}/disks/lone`)).status).toBe(404);
  });
});

describe('what is kept', () => {
  const stateful = {
    updatePolicy: { instanceRedistributionType: 'NONE', replacementMethod: 'RECREATE', maxSurge: { fixed: 0 } },
    statefulPolicy: { preservedState: { disks: { data: { autoDelete: 'NEVER' } } } },
  };

  async function statefulGroup(lab: TestCloud, policy: object = stateful): Promise<void> {
    await templateWithDisk(lab, 'with-disk');
    await lab.done('POST', MIGS, {
      name: 'g',
      instanceTemplate: 'global/instanceTemplates/with-disk',
      targetSize: 3,
      ...policy,
    });
    await lab.clock.advance(10_000);
  }

  const attached = (lab: TestCloud): string[] =>
    [...lab.runtime.running.values()]
      .map(({ request }) => `${request.name} ${request.disks.map(({ device, id }) => `${device}=${id}`).join()}`)
      .toSorted();

  test('a kept disk goes on under the same name through recreation, healing and updates; it outlives its instance', async () => {
    const lab = new TestCloud();
    await statefulGroup(lab);
    const before = attached(lab);
    const members = await lab.managed('g');
    await lab.done('POST', `${GROUP}/recreateInstances`, { instances: members.map((each) => each['instance']) });
    await lab.clock.advance(20_000);
    expect(attached(lab)).toEqual(before);
    const again = await lab.managed('g');
    expect(again.map((each) => each['id'])).not.toEqual(members.map((each) => each['id']));
    expect(again[0]).toMatchObject({ preservedStateFromPolicy: { disks: { data: { autoDelete: 'NEVER' } } } });
    await templateWithDisk(lab, 'next');
    await lab.done('PATCH', GROUP, {
      versions: [{ instanceTemplate: 'global/instanceTemplates/next' }],
      updatePolicy: { type: 'PROACTIVE', minimalAction: 'REPLACE', maxUnavailable: { fixed: 3 } },
    });
    await lab.clock.advance(60_000);
    expect(templatesOf(await lab.managed('g'))).toEqual(['next', 'next', 'next']);
    expect(attached(lab)).toEqual(before);
    const disks = lab.runtime.disks.size;
    await lab.done('DELETE', GROUP);
    expect(lab.runtime.disks.size).toBe(disks);
  });

  test('without a policy a recreated instance gets new disks, and nothing of the old ones is left', async () => {
    const lab = new TestCloud();
    await statefulGroup(lab, {});
    const before = attached(lab);
    const members = await lab.managed('g');
    await lab.done('POST', `${GROUP}/recreateInstances`, { instances: members.map((each) => each['instance']) });
    await lab.clock.advance(20_000);
    expect(attached(lab).filter((each) => before.includes(each))).toEqual([]);
    expect(lab.runtime.disks.size).toBe(3);
    await lab.done('DELETE', GROUP);
    expect(lab.runtime.disks.size).toBe(0);
    expect((await lab.api('GET', 'aggregated/disks')).body['items']?.['zones/us-central1-a']).not.toHaveProperty(
      'disks',
    );
  });

  test('a kept boot disk is the same root after recreation', async () => {
    const lab = new TestCloud();
    await lab.group('g', 1, {
      updatePolicy: { instanceRedistributionType: 'NONE' },
      statefulPolicy: { preservedState: { disks: { 'persistent-disk-0': {} } } },
    });
    await lab.clock.advance(10_000);
    const rootOf = (): string[] => [...lab.runtime.running.keys()].map((id) => lab.runtime.roots.get(id) ?? '');
    const [root] = rootOf();
    const [member] = await lab.managed('g');
    await lab.done('POST', `${GROUP}/recreateInstances`, { instances: [member?.['instance']] });
    await lab.clock.advance(20_000);
    expect(rootOf()).toEqual([root]);
    expect([...lab.runtime.running.keys()]).not.toContain(member?.['id']);
  });

  test('per-instance configs keep metadata and disks of one instance, and go with it', async () => {
    const lab = new TestCloud();
    await statefulGroup(lab, {});
    const [member] = await lab.managed('g');
    const name = member?.['name'];
    await lab.done('POST', `${GROUP}/updatePerInstanceConfigs`, {
      perInstanceConfigs: [{ name, preservedState: { metadata: { role: 'leader' }, disks: { data: {} } } }],
    });
    await lab.done('POST', `${GROUP}/recreateInstances`, { instances: [member?.['instance']] });
    await lab.clock.advance(20_000);
    const path = String(member?.['instance']).split('/projects/p/')[1] ?? '';
    expect((await lab.api('GET', path)).body['metadata']?.['items']).toContainEqual({ key: 'role', value: 'leader' });
    expect((await lab.api('POST', `${GROUP}/listPerInstanceConfigs`)).body['items']).toHaveLength(1);
    await lab.done('POST', `${GROUP}/deleteInstances`, { instances: [member?.['instance']] });
    expect((await lab.api('POST', `${GROUP}/listPerInstanceConfigs`)).body['items']).toEqual([]);
  });
});

describe('errors of instances', () => {
  test('a missing image shows in lastAttempt at once, and the instance boots when it is there', async () => {
    const lab = new TestCloud();
    await lab.done('POST', 'global/images', { name: 'i', rawDisk: { source: 'file:///staging/i' } });
    await lab.done('POST', 'global/instanceTemplates', {
      name: 't',
      properties: {
        machineType: 'e2-micro',
        disks: [{ boot: true, initializeParams: { sourceImage: 'projects/p/global/images/i' } }],
      },
    });
    await lab.done('DELETE', 'global/images/i');
    await lab.done('POST', MIGS, { name: 'g', instanceTemplate: 'global/instanceTemplates/t', targetSize: 1 });
    expect((await lab.managed('g'))[0]).toMatchObject({
      currentAction: 'CREATING',
      lastAttempt: {
        errors: { errors: [{ code: 'RESOURCE_NOT_FOUND', message: expect.stringContaining('images/i') }] },
      },
    });
    await lab.done('POST', 'global/images', { name: 'i', rawDisk: { source: 'file:///staging/i' } });
    await lab.clock.advance(120_000);
    expect(await groupOf(lab)).toMatchObject({ status: { isStable: true } });
  });

  test('a boot that fails shows with its code and words, and the next attempt succeeds', async () => {
    const lab = new TestCloud();
    await lab.call('POST', '/lab/v1/faults', {
      kind: 'fail-boot',
      contains: 'debian-12-nodejs',
      code: 'BAD_IMAGE',
      message: 'The image does not boot.',
      count: 2,
    });
    await lab.group('g', 1);
    expect((await lab.managed('g'))[0]).toMatchObject({
      currentAction: 'CREATING',
      lastAttempt: { errors: { errors: [{ code: 'BAD_IMAGE', message: 'The image does not boot.' }] } },
    });
    expect((await lab.api('GET', `${GROUP}/listErrors`)).body['items']?.[0]).toMatchObject({
      error: { code: 'BAD_IMAGE' },
    });
    await lab.clock.advance(30_000);
    expect(await groupOf(lab)).toMatchObject({ status: { isStable: true } });
  });

  test('a zone without room is avoided by a group that may choose its zones', async () => {
    const lab = new TestCloud();
    await lab.call('POST', '/lab/v1/faults', { kind: 'stock-out', zone: 'us-central1-a' });
    await lab.group('g', 4, {
      updatePolicy: { instanceRedistributionType: 'NONE' },
      distributionPolicy: { targetShape: 'ANY' },
    });
    await lab.clock.advance(60_000);
    const members = await lab.managed('g');
    expect(members).toHaveLength(4);
    expect(members.filter((each) => each['instance']?.includes('us-central1-a/'))).toEqual([]);
    expect(await groupOf(lab)).toMatchObject({ status: { isStable: true } });
  });
});

describe('autoscaling', () => {
  /** A group of two machines with two processors each, with an autoscaler. @param busy processors that an instance keeps busy */
  async function scaled(busy: (lab: TestCloud) => number): Promise<TestCloud> {
    const lab: TestCloud = new TestCloud({ busy: () => busy(lab) });
    await lab.group('g', 2);
    await lab.clock.advance(20_000);
    await lab.done('POST', 'regions/us-central1/autoscalers', {
      name: 'g',
      target: GROUP,
      autoscalingPolicy: {
        minNumReplicas: 2,
        maxNumReplicas: 6,
        coolDownPeriodSec: 30,
        cpuUtilization: { utilizationTarget: 0.5 },
      },
    });
    return lab;
  }

  const scaler = async (lab: TestCloud): Promise<Json> =>
    (await lab.api('GET', 'regions/us-central1/autoscalers/g')).body;

  test('grows with the load, waits for what starts, and shrinks ten minutes after the peak', async () => {
    let total = 0.4;
    const lab = await scaled(({ runtime }) => total / runtime.running.size);
    await lab.clock.advance(120_000);
    expect(await groupOf(lab)).toMatchObject({ targetSize: 2 });
    expect(await scaler(lab)).toMatchObject({ status: 'ACTIVE', recommendedSize: 2 });
    // Four processors' worth of work on machines with two each, half used: four machines.
    total = 4;
    await lab.clock.advance(180_000);
    expect(await groupOf(lab)).toMatchObject({ targetSize: 4, status: { isStable: true } });
    total = 40;
    await lab.clock.advance(120_000);
    expect(await scaler(lab)).toMatchObject({
      recommendedSize: 6,
      statusDetails: [{ type: 'CAPPED_AT_MAX_NUM_REPLICAS' }],
    });
    total = 0.4;
    await lab.clock.advance(540_000);
    expect(await groupOf(lab)).toMatchObject({ targetSize: 6 });
    await lab.clock.advance(120_000);
    expect(await groupOf(lab)).toMatchObject({ targetSize: 2 });
  });

  test('one in mode OFF recommends only; its group cannot be deleted before it, and takes no second one', async () => {
    const lab = await scaled(() => 2);
    const query = 'regions/us-central1/autoscalers?autoscaler=g';
    await lab.done('PATCH', query, { autoscalingPolicy: { mode: 'OFF' } });
    await lab.clock.advance(120_000);
    expect(await groupOf(lab)).toMatchObject({
      targetSize: 2,
      status: { autoscaler: expect.stringContaining('/autoscalers/g') },
    });
    expect(await scaler(lab)).toMatchObject({
      recommendedSize: 4,
      autoscalingPolicy: { maxNumReplicas: 6, mode: 'OFF' },
    });
    expect((await lab.api('DELETE', GROUP)).body).toMatchObject({
      error: { errors: [{ reason: 'resourceInUseByAnotherResource' }] },
    });
    const second = { name: 'h', target: GROUP, autoscalingPolicy: { maxNumReplicas: 2 } };
    expect((await lab.api('POST', 'regions/us-central1/autoscalers', second)).status).toBe(400);
    await lab.done('DELETE', 'regions/us-central1/autoscalers/g');
    await lab.done('DELETE', GROUP);
    await lab.clock.advance(30_000);
    expect(lab.clock.waiting).toBe(0);
  });

  test('a schedule gives a group its instances for its time, and says when it starts and started', async () => {
    const lab = await scaled(() => 0.1);
    // It is 0:00 UTC on the first of January.
    const office = { schedule: '30 1 * * *', timeZone: 'Europe/Berlin', durationSec: 1800, minRequiredReplicas: 4 };
    const path = 'regions/us-central1/autoscalers?autoscaler=g';
    await lab.done('PATCH', path, { autoscalingPolicy: { scalingSchedules: { office } } });
    await lab.clock.advance(60_000);
    expect(await scaler(lab)).toMatchObject({
      scalingScheduleStatus: { office: { state: 'READY', nextStartTime: '2026-01-01T00:30:00.000Z' } },
    });
    await lab.clock.advance(30 * 60_000);
    expect(await groupOf(lab)).toMatchObject({ targetSize: 4 });
    expect(await scaler(lab)).toMatchObject({
      scalingScheduleStatus: { office: { state: 'ACTIVE', lastStartTime: '2026-01-01T00:30:00.000Z' } },
    });
    await lab.clock.advance(45 * 60_000);
    expect(await groupOf(lab)).toMatchObject({ targetSize: 2 });
    await lab.done('PATCH', path, { autoscalingPolicy: { scalingSchedules: { office: null } } });
    await lab.clock.advance(10_000);
    expect(await scaler(lab)).not.toHaveProperty('scalingScheduleStatus');
  });

  test('a policy that cannot be is refused by its field', async () => {
    const lab = new TestCloud();
    await lab.group('g', 1);
    for (const [policy, sentence] of [
      [{ minNumReplicas: 5, maxNumReplicas: 2 }, 'minNumReplicas must not be above maxNumReplicas'],
      [{ maxNumReplicas: 2, cpuUtilization: { utilizationTarget: 2 } }, 'utilizationTarget'],
      [{ maxNumReplicas: 2, customMetricUtilizations: [{}] }, 'no custom metrics'],
      [{ maxNumReplicas: 2, scalingSchedules: { s: { schedule: 'x' } } }, 'scalingSchedules.s'],
    ] as const) {
      const body = { name: 'g', target: GROUP, autoscalingPolicy: policy };
      expect(await lab.api('POST', 'regions/us-central1/autoscalers', body)).toMatchObject({
        status: 400,
        body: { error: { message: expect.stringContaining(sentence) } },
      });
    }
  });
});

describe('whatever happens', () => {
  test('faults, time and changes in any order: at rest the group is as it should be, and nothing is left over', async () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('resize' as const), size: fc.integer({ min: 0, max: 6 }) }),
      fc.record({
        kind: fc.constantFrom('deleteInstances' as const, 'recreateInstances' as const, 'abandonInstances' as const),
        pick: fc.nat(20),
      }),
      fc.record({ kind: fc.constantFrom('crash' as const, 'delete' as const, 'stop' as const), pick: fc.nat(20) }),
      fc.record({ kind: fc.constant('create' as const), name: fc.integer({ min: 0, max: 2 }) }),
      fc.record({ kind: fc.constant('update' as const), template: fc.constantFrom('g-t', 'next'), now: fc.boolean() }),
      fc.record({ kind: fc.constant('stock-out' as const), zone: fc.constantFrom('a', 'b') }),
      fc.record({ kind: fc.constant('slow-boot' as const), ms: fc.integer({ min: 1, max: 20_000 }) }),
      fc.record({ kind: fc.constant('cloudlab restarts' as const) }),
      fc.record({ kind: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 10_000 }) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 10 }), async (steps) => {
        let lab = new TestCloud();
        await lab.group('g', 3);
        await lab.template('next');
        for (const each of steps) {
          const members = await lab.managed('g');
          if (each.kind === 'resize') await lab.api('POST', `${GROUP}/resize?size=${each.size}`);
          else if (each.kind === 'wait') await lab.clock.advance(each.ms);
          else if (each.kind === 'create') {
            await lab.api('POST', `${GROUP}/createInstances`, { instances: [{ name: `named-${each.name}` }] });
          } else if (each.kind === 'update') {
            await lab.api('PATCH', GROUP, {
              versions: [{ instanceTemplate: `global/instanceTemplates/${each.template}` }],
              updatePolicy: { type: each.now ? 'PROACTIVE' : 'OPPORTUNISTIC', minimalAction: 'REPLACE' },
            });
          } else if (each.kind === 'stock-out') {
            await lab.call('POST', '/lab/v1/faults', { kind: 'stock-out', zone: `us-central1-${each.zone}` });
          } else if (each.kind === 'slow-boot') {
            await lab.call('POST', '/lab/v1/faults', { kind: 'slow-boot', ms: each.ms, count: 1 });
          } else if (each.kind === 'cloudlab restarts') {
            lab.cloud.lab.fleet.close();
            lab = new TestCloud({ saved: structuredClone(lab.saved.state), clock: lab.clock });
            await lab.cloud.start();
          } else {
            const chosen = members[each.pick % Math.max(1, members.length)];
            const instance = String(chosen?.['instance'] ?? '');
            const path = instance.split('/projects/p/')[1] ?? '';
            if (chosen === undefined) continue;
            if (each.kind === 'crash') lab.runtime.crash(String(chosen['id']));
            else if (each.kind === 'delete') await lab.api('DELETE', path);
            else if (each.kind === 'stop') await lab.api('POST', `${path}/stop`);
            else await lab.api('POST', `${GROUP}/${each.kind}`, { instances: [instance] });
          }
        }
        const names = Object.keys(
          lab.cloud.lab.store.get('instanceGroupManagers', `projects/p/${GROUP}`)?.perInstanceConfigs ?? {},
        );
        await lab.call('DELETE', '/lab/v1/faults');
        await lab.clock.advance(600_000);
        const group = await groupOf(lab);
        const members = await lab.managed('g');
        expect(group).toMatchObject({ status: { isStable: true } });
        expect(members).toHaveLength(Number(group['targetSize']));
        expect(namesOf(members)).toEqual(expect.arrayContaining(names));
        if (group['updatePolicy']?.['type'] === 'PROACTIVE') {
          expect(group).toMatchObject({ status: { versionTarget: { isReached: true } } });
        }
        const zones = ['a', 'b', 'c'].map(
          (zone) => members.filter((each) => each['instance']?.includes(`us-central1-${zone}/`)).length,
        );
        if (names.length === 0) expect(Math.max(...zones) - Math.min(...zones)).toBeLessThanOrEqual(1);
        const { store } = lab.cloud.lab;
        const known = store.list('instances', 'projects/');
        // One that was abandoned while it was being stopped stands there stopped.
        const running = known.filter(([, { status }]) => status !== 'TERMINATED').map(([, { id }]) => id);
        expect([...lab.runtime.running.keys()].toSorted()).toEqual(running.toSorted());
        expect(store.list('disks', 'projects/')).toHaveLength(known.length);
        expect(lab.clock.waiting).toBe(0);
      }),
      { numRuns: 120 },
    );
  }, 30_000);
});
