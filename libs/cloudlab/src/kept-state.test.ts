import { describe, expect, test } from 'vitest';
import { TestCloud } from './cloud.fixture.ts';
import { MIGS, GROUP, templatesOf, templateWithDisk } from './fleet.fixture.ts';

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

  test('what goes on is handed over until that succeeds, and no disk is left over meanwhile', async () => {
    const lab = new TestCloud();
    // Taken names, so that the disks of each generation have names of their own.
    for (const zone of ['a', 'b', 'c']) await lab.done('POST', `zones/us-central1-${zone}/disks`, { name: 'db-1' });
    await templateWithDisk(lab, 'with-disk');
    await lab.done('POST', MIGS, {
      name: 'g',
      instanceTemplate: 'global/instanceTemplates/with-disk',
      targetSize: 0,
      updatePolicy: { instanceRedistributionType: 'NONE' },
      statefulPolicy: { preservedState: { disks: { 'persistent-disk-0': {} } } },
    });
    await lab.done('POST', `${GROUP}/createInstances`, { instances: [{ name: 'db' }] });
    await lab.clock.advance(10_000);
    const [member] = await lab.managed('g');
    const [root] = [...lab.runtime.roots.values()];
    const inherit = lab.runtime.inheritRoot.bind(lab.runtime);
    let failures = 2;
    lab.runtime.inheritRoot = (from, to) =>
      failures-- > 0 ? Promise.reject(new Error('the disk is full')) : inherit(from, to);
    await lab.done('POST', `${GROUP}/recreateInstances`, { instances: [member?.['instance']] });
    await lab.clock.advance(5000);
    expect((await lab.api('GET', `${GROUP}/listErrors`)).body['items']?.[0]).toMatchObject({
      error: { message: 'the disk is full' },
    });
    await lab.clock.advance(60_000);
    const [running = '', ...rest] = lab.runtime.running.keys();
    expect([running === member?.['id'], rest, lab.runtime.roots.get(running)]).toEqual([false, [], root]);
    expect(lab.cloud.lab.store.list('disks', 'projects/p/')).toHaveLength(3 + 2);
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
