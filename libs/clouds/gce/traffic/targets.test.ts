import { expect, test } from 'vitest';
import { backendOf } from './attach.ts';
import { policyProblemsOf, takesShares, trafficMetadata, type TrafficTarget } from './targets.ts';

const target = (more: Partial<TrafficTarget> = {}): TrafficTarget => ({
  kind: 'backendService',
  name: 'bs',
  region: 'global',
  loadBalancer: 'lb',
  loadBalancerRegion: 'global',
  loadBalancerType: 'HTTP',
  drainSec: 30,
  portName: 'http',
  ...more,
});
const group = { link: 'projects/p/regions/r/instanceGroups/g' };

test('without a policy a group takes requests up to 80 % of its processors', () => {
  expect(backendOf(target(), group, { policy: null, percentage: 100 })).toEqual({
    group: group.link,
    balancingMode: 'UTILIZATION',
    maxUtilization: 0.8,
    capacityScaler: 1,
  });
});

test('a share of a group is that part of the capacity which its policy gives it', () => {
  const policy = { balancingMode: 'RATE', maxRatePerInstance: 50, capacityScaler: 0.5 } as const;
  expect(backendOf(target(), group, { policy, percentage: 50 })).toEqual({
    group: group.link,
    balancingMode: 'RATE',
    maxRatePerInstance: 50,
    capacityScaler: 0.25,
  });
});

test('what passes connections through counts connections, and takes a group whole', () => {
  const through = target({ region: 'r', loadBalancerRegion: 'r', loadBalancerType: 'INTERNAL' });
  expect(takesShares(through)).toBe(false);
  const policy = { balancingMode: 'RATE', maxRatePerInstance: 50 } as const;
  expect(backendOf(through, group, { policy, percentage: 100 })).toEqual({
    group: group.link,
    balancingMode: 'CONNECTION',
  });
});

test.each([
  [{ balancingMode: 'CONNECTION' }, 'HTTP', 'CONNECTION does not fit load balancer lb (HTTP); use UTILIZATION or RATE'],
  [{ balancingMode: 'RATE' }, 'HTTP', 'loadBalancingPolicy.maxRatePerInstance must say'],
  [{ balancingMode: 'RATE', maxRatePerInstance: 1 }, 'SSL', 'RATE does not fit load balancer lb (SSL)'],
  [{ balancingMode: 'CONNECTION' }, 'TCP', 'loadBalancingPolicy.maxConnectionsPerInstance must say'],
] as const)('policy %j for %s: %s', (policy, loadBalancerType, sentence) => {
  expect(policyProblemsOf([target({ loadBalancerType })], policy).join()).toContain(sentence);
});

test('a policy that fits, and one that has no say, are no problem', () => {
  expect(policyProblemsOf([target()], { balancingMode: 'RATE', maxRatePerInstance: 1 })).toEqual([]);
  expect(policyProblemsOf([target()], null)).toEqual([]);
  const pool = target({ kind: 'targetPool', region: 'r', loadBalancerType: 'NETWORK' });
  expect(policyProblemsOf([pool], { balancingMode: 'RATE' })).toEqual([]);
});

test('a template remembers where its group belongs by the keys of Spinnaker', () => {
  const inside = { region: 'r', loadBalancerRegion: 'r' };
  expect(
    trafficMetadata(
      [
        target({ name: 'a', loadBalancer: 'web' }),
        target({ name: 'b', loadBalancer: 'web' }),
        target({ ...inside, name: 'c', loadBalancer: 'inner', loadBalancerType: 'INTERNAL' }),
        target({ ...inside, kind: 'targetPool', name: 'd', loadBalancer: 'net', loadBalancerType: 'NETWORK' }),
      ],
      { capacityScaler: 1 },
    ),
  ).toEqual({
    'global-load-balancer-names': 'web',
    'load-balancer-names': 'inner,net',
    'backend-service-names': 'a,b',
    'region-backend-service-names': 'c',
    'load-balancing-policy': '{"capacityScaler":1}',
  });
  expect(trafficMetadata([], null)).toEqual({});
});
