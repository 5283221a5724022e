import { expect, test } from 'vitest';
import { quotaChecks } from './quota-checks.ts';

const outcomes = (...quotas: readonly { metric: string; limit: number; usage: number }[]): string[] =>
  quotaChecks('us-central1', quotas).map(({ name, outcome }) => `${name}: ${outcome}`);

test('quotas count for every family of machines: nearly used up warns, used up fails', () => {
  expect(
    outcomes(
      { metric: 'CPUS', limit: 100, usage: 10 },
      { metric: 'N2_CPUS', limit: 100, usage: 90 },
      { metric: 'C2D_CPUS', limit: 8, usage: 8 },
      { metric: 'CPUS_ALL_REGIONS', limit: 12, usage: 12 },
    ),
  ).toEqual([
    'quota us-central1 N2_CPUS: warning',
    'quota us-central1 C2D_CPUS: failed',
    'quota us-central1 CPUS_ALL_REGIONS: failed',
  ]);
});

test('a quota that was never given, was bought ahead, or is of what deployments do not use, is left out', () => {
  expect(
    outcomes(
      { metric: 'INSTANCES', limit: 100, usage: 1 },
      { metric: 'A2_CPUS', limit: 0, usage: 0 },
      { metric: 'COMMITTED_N2D_CPUS', limit: 8, usage: 8 },
      { metric: 'VPN_TUNNELS', limit: 1, usage: 1 },
    ),
  ).toEqual(['quota us-central1: ok']);
});

test('a cloud that tells none is told as that', () => {
  expect(outcomes()).toEqual(['quota us-central1: unknown']);
  expect(quotaChecks('us-central1', null)).toMatchObject([{ outcome: 'unknown' }]);
});
