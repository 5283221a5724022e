import { expect, it } from 'vitest';
import { aServerGroup } from '../testing/cloud-things.ts';
import { clusterRows } from './project-clusters.ts';

const prod = { account: 'local-gce', stack: 'prod', detail: '*', applications: null };

it('a project’s cluster shows what serves of each application, by region, the newest version first', () => {
  const groups = [
    aServerGroup(1),
    aServerGroup(2),
    aServerGroup(3, { isDisabled: true }),
    aServerGroup(4, { region: 'europe-west1' }),
    aServerGroup(5, { account: 'other' }),
    aServerGroup(6, { moniker: { app: 'hello', stack: 'test', cluster: 'hello-test', sequence: 6 } }),
  ];
  const [hello, shop] = clusterRows(prod, ['hello', 'shop'], groups);
  expect(shop).toEqual({ application: 'shop', regions: new Map() });
  expect(
    [...(hello?.regions ?? [])].map(([region, { newest, serving }]) => [region, newest.name, serving.length]),
  ).toEqual([
    ['europe-west1', 'hello-prod-v004', 1],
    ['us-central1', 'hello-prod-v002', 2],
  ]);
});

it('an empty detail is no detail, a star any, and only chosen applications are taken in', () => {
  const detailed = aServerGroup(1, {
    moniker: { app: 'hello', stack: 'prod', detail: 'eu', cluster: 'x', sequence: 1 },
  });
  expect(clusterRows({ ...prod, detail: '' }, ['hello'], [detailed])[0]?.regions.size).toBe(0);
  expect(clusterRows(prod, ['hello'], [detailed])[0]?.regions.size).toBe(1);
  expect(clusterRows({ ...prod, applications: ['shop'] }, ['hello', 'shop'], []).map((row) => row.application)).toEqual(
    ['shop'],
  );
});
