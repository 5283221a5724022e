import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { TestCloud } from './cloud.fixture.ts';
import { GROUP, MIGS, groupOf, namesOf, templatesOf } from './fleet.fixture.ts';
import { expectRefusal } from './refusal.fixture.ts';

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

  test.each([
    ['what it was made of', {}, 'g-t'],
    ['the newest version where the group says so', { instanceLifecyclePolicy: { forceUpdateOnRepair: 'YES' } }, 'next'],
  ])('autohealing in a group that is updated on occasion makes an instance of %s', async (_, lifecycle, template) => {
    const sick = new Set<string>();
    const lab = new TestCloud({ healthy: (address) => !sick.has(address) });
    await lab.done('POST', 'global/healthChecks', { name: 'hc', type: 'TCP', tcpHealthCheck: { port: 8080 } });
    await lab.group('g', 2, { autoHealingPolicies: [{ healthCheck: 'global/healthChecks/hc', initialDelaySec: 5 }] });
    await lab.template('next');
    await lab.clock.advance(60_000);
    await lab.done('PATCH', GROUP, {
      versions: [{ instanceTemplate: 'global/instanceTemplates/next' }],
      ...lifecycle,
    });
    const before = [...lab.runtime.running.values()].map(({ request }) => request);
    sick.add(before[0]?.address ?? '');
    await lab.clock.advance(12_000);
    sick.clear();
    await lab.clock.advance(60_000);
    const members = await lab.managed('g');
    const healed = members.filter((each) => !before.some(({ id }) => id === each['id']));
    expect(templatesOf(healed)).toEqual([template]);
    expect(templatesOf(members.filter((each) => !healed.includes(each)))).toEqual(['g-t']);
    expect(await groupOf(lab)).toMatchObject(lifecycle);
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

describe('fields of a group', () => {
  test('named ports are those of its instance group, whichever of the two is asked', async () => {
    const lab = new TestCloud();
    await lab.group('g', 1);
    const ports = async () =>
      Promise.all(
        [GROUP, 'regions/us-central1/instanceGroups/g'].map(
          async (path) => (await lab.api('GET', path)).body['namedPorts'],
        ),
      );
    await lab.done('PATCH', GROUP, { namedPorts: [{ name: 'http', port: 81 }] });
    expect(await ports()).toEqual([[{ name: 'http', port: 81 }], [{ name: 'http', port: 81 }]]);
    await lab.done('POST', 'regions/us-central1/instanceGroups/g/setNamedPorts', {
      namedPorts: [{ name: 'admin', port: 82 }],
    });
    expect(await ports()).toEqual([[{ name: 'admin', port: 82 }], [{ name: 'admin', port: 82 }]]);
  });

  test.each([
    ['allInstancesConfig', { properties: { labels: { a: 'b' } } }],
    ['instanceFlexibilityPolicy', { instanceSelections: { fast: { machineTypes: ['e2-micro'] } } }],
    ['instanceLifecyclePolicy', { defaultActionOnFailure: 'DO_NOTHING' }],
  ])('%s is refused, as nobody would act on it', async (field, value) => {
    const lab = new TestCloud();
    await lab.group('g', 1);
    await expectRefusal(lab, ['PATCH', GROUP, { [field]: value }], 400, 'invalid', field);
    const other = { name: 'h', instanceTemplate: 'global/instanceTemplates/g-t', [field]: value };
    await expectRefusal(lab, ['POST', MIGS, other], 400, 'invalid', field);
    await lab.done('PATCH', GROUP, { [field]: {} });
  });
});
