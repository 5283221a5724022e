import { describe, expect, test } from 'vitest';
import { TestCloud } from './cloud.fixture.ts';
import { expectRefusal } from './refusal.fixture.ts';

const ASIA = 'regions/asia-east1/subnetworks';

describe('networks', () => {
  test('in auto mode have a subnetwork in every region, which goes with them', async () => {
    const lab = new TestCloud();
    await lab.done('POST', 'global/networks', { name: 'own' });
    const { body } = await lab.api('GET', 'global/networks/own');
    expect(body['subnetworks']).toHaveLength(3);
    expect((await lab.api('GET', `${ASIA}/own`)).body).toMatchObject({ gatewayAddress: '10.136.0.1' });
    await expectRefusal(lab, ['DELETE', `${ASIA}/own`], 400, 'invalid', 'auto mode');
    await lab.done('DELETE', 'global/networks/own');
    expect((await lab.api('GET', `${ASIA}/own`)).status).toBe(404);
  });

  test('the default network is there from the start, and stays away once it was deleted', async () => {
    const before = new TestCloud();
    expect((await before.api('GET', 'global/networks/default')).status).toBe(200);
    const { body: rules } = await before.api('GET', 'global/firewalls');
    expect(rules['items']?.map(({ name }) => String(name))).toEqual([
      'default-allow-icmp',
      'default-allow-internal',
      'default-allow-ssh',
    ]);
    await expectRefusal(
      before,
      ['DELETE', 'global/networks/default'],
      400,
      'resourceInUseByAnotherResource',
      'firewalls/',
    );
    for (const { name } of rules['items'] ?? []) await before.done('DELETE', `global/firewalls/${String(name)}`);
    await before.done('DELETE', 'global/networks/default');
    const after = new TestCloud({ saved: structuredClone(before.saved.state), clock: before.clock });
    await after.cloud.start();
    expect((await after.api('GET', 'global/networks/default')).status).toBe(404);
    expect((await after.api('GET', 'aggregated/subnetworks')).status).toBe(200);
  });

  test('in custom mode take subnetworks that do not overlap', async () => {
    const lab = new TestCloud();
    await lab.done('POST', 'global/networks', { name: 'own', autoCreateSubnetworks: false });
    const network = 'global/networks/own';
    await lab.done('POST', ASIA, { name: 'a', network, ipCidrRange: '10.0.0.0/24' });
    await lab.done('POST', 'regions/us-central1/subnetworks', { name: 'b', network, ipCidrRange: '10.0.1.0/24' });
    const clash = { name: 'c', network, ipCidrRange: '10.0.0.128/25' };
    await expectRefusal(lab, ['POST', ASIA, clash], 400, 'invalid', '10.0.0.0/24', 'subnetworks/a');
    await expectRefusal(lab, ['POST', ASIA, { ...clash, ipCidrRange: '10.9.0.1/24' }], 400, 'invalid', 'ipCidrRange');
    await expectRefusal(lab, ['POST', ASIA, { ...clash, network: 'global/networks/gone' }], 404, 'notFound', 'gone');
    const wider = { ipCidrRange: '10.0.0.0/23' };
    await expectRefusal(lab, ['POST', `${ASIA}/a/expandIpCidrRange`, wider], 400, 'invalid', 'subnetworks/b');
    await lab.done('DELETE', 'regions/us-central1/subnetworks/b');
    await lab.done('POST', `${ASIA}/a/expandIpCidrRange`, wider);
    expect((await lab.api('GET', `${ASIA}/a`)).body).toMatchObject(wider);
    await expectRefusal(lab, ['DELETE', network], 400, 'resourceInUseByAnotherResource', 'subnetworks/a');
  });
});

describe('firewalls', () => {
  test('what a rule leaves out has its default', async () => {
    const lab = new TestCloud();
    await lab.done('POST', 'global/firewalls', {
      name: 'fw',
      allowed: [{ IPProtocol: 'TCP', ports: ['80', '90-99'] }],
    });
    expect((await lab.api('GET', 'global/firewalls/fw')).body).toMatchObject({
      network: expect.stringContaining('/networks/default'),
      priority: 1000,
      direction: 'INGRESS',
      disabled: false,
      sourceRanges: ['0.0.0.0/0'],
      allowed: [{ IPProtocol: 'tcp', ports: ['80', '90-99'] }],
    });
    await lab.done('POST', 'global/firewalls', { name: 'tagged', sourceTags: ['lb'], denied: [{ IPProtocol: 'all' }] });
    expect((await lab.api('GET', 'global/firewalls/tagged')).body).not.toHaveProperty('sourceRanges');
  });

  const allowed = [{ IPProtocol: 'tcp' }];
  test.each([
    [{}, 'resource.allowed'],
    [{ allowed, denied: allowed }, 'resource.denied'],
    [{ allowed: [{ IPProtocol: 'icmp', ports: ['1'] }] }, 'resource.allowed.0.ports'],
    [{ allowed: [{ IPProtocol: 'tcp', ports: ['90-80'] }] }, 'resource.allowed.0.ports.0'],
    [{ allowed: [{ IPProtocol: 'smoke' }] }, 'resource.allowed.0.IPProtocol'],
    [{ allowed, sourceRanges: ['10.0.0.1/8'] }, 'resource.sourceRanges.0'],
    [{ allowed, priority: 70_000 }, 'resource.priority'],
    [{ allowed, direction: 'EGRESS', sourceTags: ['x'] }, 'resource.sourceTags'],
    [{ allowed, targetTags: ['Not a tag'] }, 'resource.targetTags.0'],
  ])('%j is refused', async (body, word) => {
    await expectRefusal(new TestCloud(), ['POST', 'global/firewalls', { name: 'fw', ...body }], 400, 'invalid', word);
  });
});
