import { expect, test } from 'vitest';
import { ofClusters } from './clusters.ts';

const groups = ['prod', 'test'].flatMap((account) => ['shop', 'shop-eu'].map((cluster) => ({ account, cluster })));
const found = (list: string) => ofClusters(groups, list).map(({ account, cluster }) => `${account}:${cluster}`);

test('clusters are asked for with their account, or of all accounts', () => {
  expect(found('prod:shop')).toEqual(['prod:shop']);
  expect(found('shop')).toEqual(['prod:shop', 'test:shop']);
  expect(found('prod:shop,test:shop-eu')).toEqual(['prod:shop', 'test:shop-eu']);
  expect(found('elsewhere:shop')).toEqual([]);
});
