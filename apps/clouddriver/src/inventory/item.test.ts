import { imageSchema, serverGroupSchema } from '@gennaker/contracts/cloud-views';
import { expect, test } from 'vitest';
import { imageItem, instanceItem, serverGroupItem } from './item.ts';

const group = serverGroupSchema.parse({
  name: 'shop-prod-v003',
  account: 'prod',
  region: 'us-central1',
  cluster: 'shop-prod',
  application: 'shop',
  cloudProvider: 'gce',
  type: 'gce',
  createdTime: 0,
  isDisabled: false,
  moniker: { app: 'shop', stack: 'prod', cluster: 'shop-prod', sequence: 3 },
  capacity: { min: 1, max: 1, desired: 1 },
  instanceCounts: { total: 1, up: 1, down: 0, starting: 0, outOfService: 0, unknown: 0 },
  instances: [{ id: 'shop-prod-v003-x7', name: 'shop-prod-v003-x7', healthState: 'Up', health: [], ips: ['10.0.0.7'] }],
  loadBalancers: [],
  image: 'Hello-7',
  labels: { team: 'Checkout' },
  tags: ['web'],
  seenAt: 1,
});

test('a thing that was seen again unchanged is the same item', () => {
  const again = serverGroupItem({ ...group, seenAt: 2, stale: true });
  expect(again.hash).toBe(serverGroupItem(group).hash);
  expect(serverGroupItem({ ...group, isDisabled: true }).hash).not.toBe(again.hash);
});

test('a server group is found by its name, image, labels, tags, instances and addresses', () => {
  expect(serverGroupItem(group).terms.split('\n')).toEqual([
    'name shop-prod-v003',
    'cluster shop-prod',
    'image hello-7',
    'label team=checkout',
    'tag web',
    'instance shop-prod-v003-x7',
    'address 10.0.0.7',
  ]);
});

test('a machine of no group is found by name, address and label, and keeps its metadata to itself', () => {
  const [instance] = group.instances;
  const machine = {
    ...instance,
    id: 'shop-tool',
    name: 'shop-tool',
    healthState: 'Unknown' as const,
    health: [],
    account: 'prod',
    region: 'us-central1',
    labels: { team: 'Checkout' },
    metadata: { password: 'secret' },
  };
  const found = instanceItem(machine);
  expect(found).toMatchObject({ kind: 'instance', region: 'us-central1', name: 'shop-tool', application: 'shop' });
  expect(found.terms.split('\n')).toEqual(['instance shop-tool', 'address 10.0.0.7', 'label team=checkout']);
  expect(found.text).not.toContain('secret');
});

test('an image is of no region, and is found by its labels', () => {
  const image = imageSchema.parse({ account: 'prod', imageName: 'hello-7', tags: { stage: 'released' } });
  expect(imageItem(image)).toMatchObject({ region: 'global', name: 'hello-7', application: null });
  expect(imageItem(image).terms).toBe('name hello-7\nlabel stage=released');
});
