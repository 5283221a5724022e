import { describe, expect, it } from 'vitest';
import { aServerGroup } from '../testing/cloud-things.ts';
import { differences } from './differences.ts';
import { clusterComparison } from './server-group-comparison.ts';

const running = aServerGroup(1, {
  capacity: { min: 2, max: 4, desired: 2 },
  networkName: 'default',
  labels: { team: 'shop', 'spinnaker-region': 'us-central1', 'gennaker-operation': '01k' },
  disks: [{ type: 'pd-ssd', sizeGb: 20 }],
  instanceTemplateServiceAccounts: [{ email: 'robot@p', scopes: [] }],
  autoscalingPolicy: {
    mode: 'ON',
    coolDownPeriodSec: 60,
    minNumReplicas: 2,
    maxNumReplicas: 4,
    cpuUtilization: { utilizationTarget: 0.6, predictiveMethod: 'NONE' },
    scalingSchedules: null,
  },
});
const same = {
  image: running['image'],
  capacity: { min: 2, max: 4, desired: 2 },
  instanceType: 'e2-small',
  distributionPolicy: { zones: ['us-central1-b', 'us-central1-a'] },
  loadBalancers: ['hello-lb'],
  tags: ['web'],
  labels: { team: 'shop' },
  serviceAccountEmail: 'robot@p',
  disks: [{ type: 'pd-ssd', sizeGb: 20, autoDelete: true }],
  autoscalingPolicy: { cpuUtilization: { utilizationTarget: 0.6 } },
};
const differing = (asked: object) => {
  const { before, after } = clusterComparison(running, { ...same, ...asked });
  return differences(before, after).map(({ field }) => field);
};

describe('a cluster of a deploy beside the server group that runs', () => {
  it('does not differ in what is the same, however it is written', () => {
    expect(differing({})).toEqual([]);
  });

  it.each([
    ['zones', { distributionPolicy: undefined }],
    ['zones', { distributionPolicy: { zones: ['us-central1-a'] } }],
    ['network', { network: 'other' }],
    ['instanceType', { instanceType: undefined }],
    ['tags', { tags: [] }],
    ['labels', { labels: {} }],
    ['serviceAccountEmail', { serviceAccountEmail: undefined }],
    ['disks', { disks: undefined }],
    ['autoscalingPolicy', { autoscalingPolicy: undefined }],
    ['autoHealingPolicy', { autoHealingPolicy: { healthCheck: 'hello-hc' } }],
    ['capacity', { capacity: { min: 2, max: 4, desired: 3 } }],
    ['disableTraffic', { disableTraffic: true }],
  ])('differs in %s where %j is asked for', (field, asked) => {
    expect(differing(asked)).toEqual([field]);
  });

  it('is as big as the one that it replaces where that is asked for', () => {
    expect(differing({ useSourceCapacity: true, capacity: undefined })).toEqual([]);
  });
});
