import { serverGroupSchema } from '@gennaker/contracts/cloud-views';
import { expect, it } from 'vitest';
import { projectClusters } from './project-clusters.ts';

const group = (name: string, more: object = {}) => {
  const [app = '', stack = ''] = name.split('-');
  return serverGroupSchema.parse({
    ...{ name, account: 'prod', region: 'eu', application: app, cluster: `${app}-${stack}` },
    ...{ cloudProvider: 'gce', type: 'gce', createdTime: 5, isDisabled: false, instances: [], loadBalancers: [] },
    moniker: { app, stack, cluster: `${app}-${stack}` },
    capacity: { min: 1, max: 1, desired: 1 },
    instanceCounts: { total: 2, up: 1, down: 1, starting: 0, outOfService: 0, unknown: 0 },
    seenAt: 1,
    ...more,
  });
};
const config = (clusters: { account: string; stack: string; detail: string; applications?: string[] }[]) => ({
  config: { applications: ['shop', 'bank'], pipelineConfigs: [], clusters },
});
const all = { account: 'prod', stack: '*', detail: '*' };

it('what serves in a project is counted by cluster, application and region; what is disabled does not serve', () => {
  const jenkins = { number: '7', name: 'build-shop', host: 'http://ci/' };
  const found = projectClusters(config([all]), [
    group('shop-main-v000', { buildInfo: { jenkins }, image: 'shop-7' }),
    group('shop-test-v001', { createdTime: 9, buildInfo: { jenkins }, image: 'shop-7b' }),
    group('shop-main-v002', { region: 'us' }),
    group('shop-main-v003', { isDisabled: true }),
    group('shop-main-v004', { account: 'test' }),
    group('other-main-v000'),
  ]);
  expect(found).toMatchObject([
    {
      ...all,
      instanceCounts: { total: 6, up: 3, down: 3 },
      applications: [
        {
          application: 'shop',
          lastPush: 9,
          clusters: [
            {
              region: 'eu',
              lastPush: 9,
              instanceCounts: { total: 4 },
              builds: [{ buildNumber: '7', job: 'build-shop', deployed: 9, images: ['shop-7', 'shop-7b'] }],
            },
            { region: 'us', lastPush: 5, builds: [{ buildNumber: '0', images: [] }] },
          ],
        },
        { application: 'bank', clusters: [] },
      ],
    },
  ]);
});

it('a cluster may be of one stack and of some applications alone', () => {
  const groups = [group('shop-main-v000'), group('shop-test-v000'), group('bank-main-v000')];
  const [main] = projectClusters(config([{ ...all, stack: 'main', applications: ['bank'] }]), groups);
  expect(main?.applications.map(({ application }) => application)).toEqual(['bank']);
  expect(main?.instanceCounts.total).toBe(2);
  const [none] = projectClusters(config([{ ...all, stack: '', applications: [] }]), groups);
  expect(none?.applications.map(({ clusters }) => clusters)).toEqual([[], []]);
});
