import type { SecurityGroup } from '@gennaker/contracts/cloud-views';
import type { ServerGroup } from '@gennaker/contracts/clouddriver';
import { expect, test } from 'vitest';
import { firewallsOf, groupedFirewalls } from './firewalls.ts';

const firewall = (more: Partial<SecurityGroup> = {}): SecurityGroup => ({
  type: 'gce',
  cloudProvider: 'gce',
  id: 'web',
  name: 'web',
  account: 'prod',
  accountName: 'prod',
  region: 'global',
  network: 'default',
  inboundRules: [],
  seenAt: 0,
  ...more,
});
const group: ServerGroup = {
  name: 'shop-v000',
  account: 'prod',
  region: 'us-central1',
  cluster: 'shop',
  application: 'shop',
  cloudProvider: 'gce',
  type: 'gce',
  createdTime: 0,
  isDisabled: false,
  moniker: { app: 'shop', cluster: 'shop', sequence: 0 },
  capacity: { min: 1, max: 1, desired: 1 },
  instanceCounts: { total: 0, up: 0, down: 0, starting: 0, outOfService: 0, unknown: 0 },
  instances: [],
  loadBalancers: [],
  seenAt: 0,
  securityGroups: ['web'],
};

test('an application’s firewalls are those named after it and those that apply to its groups, with the groups', () => {
  const found = firewallsOf(
    'shop',
    [group],
    [
      firewall({ name: 'shop-inner' }),
      firewall({ name: 'web' }),
      firewall({ name: 'web', account: 'test' }),
      firewall({ name: 'other' }),
    ],
  );
  expect(found.map(({ name, serverGroups }) => [name, serverGroups.map((one) => one.name)])).toEqual([
    ['shop-inner', []],
    ['web', ['shop-v000']],
  ]);
});

test('firewalls are grouped by account, cloud and region', () => {
  const grouped = groupedFirewalls([firewall(), firewall({ name: 'ssh' }), firewall({ account: 'test' })]);
  expect(grouped['prod']?.['gce']?.['global']?.map(({ name }) => name)).toEqual(['web', 'ssh']);
  expect(Object.keys(grouped)).toEqual(['prod', 'test']);
});
