import { describe, expect, test } from 'vitest';
import { TestCloud } from './cloud.fixture.ts';
import { expectRefusal } from './refusal.fixture.ts';

async function limit(lab: TestCloud, region: string, metric: string, value: number | null): Promise<void> {
  const answer = await lab.call('PUT', '/lab/v1/quotas', { project: 'p', region, metric, limit: value });
  expect(answer.status).toBe(200);
}

describe('quotas', () => {
  test('regions and projects show limit and usage', async () => {
    const lab = new TestCloud();
    await lab.group('g', 3);
    await lab.clock.advance(10_000);
    await limit(lab, 'us-central1', 'CPUS', 100);
    expect((await lab.api('GET', 'regions/us-central1')).body['quotas']).toEqual(
      expect.arrayContaining([
        { metric: 'CPUS', limit: 100, usage: 6 },
        expect.objectContaining({ metric: 'INSTANCES', usage: 3 }),
        expect.objectContaining({ metric: 'INSTANCE_GROUPS', usage: 1 }),
      ]),
    );
    expect((await lab.api('GET', 'regions/asia-east1')).body['quotas']).toContainEqual(
      expect.objectContaining({ metric: 'INSTANCES', usage: 0 }),
    );
    expect((await lab.api('GET', '')).body['quotas']).toContainEqual(
      expect.objectContaining({ metric: 'INSTANCE_TEMPLATES', usage: 1 }),
    );
  });

  test('one resource too many is refused with 403 quotaExceeded, until the limit is raised', async () => {
    const lab = new TestCloud();
    await limit(lab, 'global', 'HEALTH_CHECKS', 1);
    await lab.done('POST', 'global/healthChecks', { name: 'one', type: 'TCP' });
    const two = { name: 'two', type: 'TCP' };
    await expectRefusal(lab, ['POST', 'global/healthChecks', two], 403, 'quotaExceeded', "'HEALTH_CHECKS'", 'Limit: 1');
    await expectRefusal(lab, ['POST', 'regions/asia-east1/healthChecks', two], 403, 'quotaExceeded', 'globally');
    await limit(lab, 'global', 'HEALTH_CHECKS', null);
    await lab.done('POST', 'global/healthChecks', two);
  });

  test('a limit survives a restart, and an unknown one is refused with what there is', async () => {
    const before = new TestCloud();
    await limit(before, 'asia-east1', 'STATIC_ADDRESSES', 0);
    const after = new TestCloud({ saved: structuredClone(before.saved.state), clock: before.clock });
    await expectRefusal(
      after,
      ['POST', 'regions/asia-east1/addresses', { name: 'ip' }],
      403,
      'quotaExceeded',
      'asia-east1',
    );
    await after.done('POST', 'regions/us-central1/addresses', { name: 'ip' });
    const wrong = await after.call('PUT', '/lab/v1/quotas', { project: 'p', metric: 'GOLD', limit: 1 });
    expect(wrong).toMatchObject({ status: 400, body: { error: { message: expect.stringContaining('NETWORKS') } } });
  });
});

describe('request limits', () => {
  test('requests beyond the limit of a minute are refused with rateLimitExceeded, reads and changes apart', async () => {
    const lab = new TestCloud();
    await lab.call('POST', '/lab/v1/faults', { kind: 'rate-limit', requestsPerMinute: 2 });
    for (let i = 0; i < 2; i++) expect((await lab.api('GET', 'zones')).status).toBe(200);
    await expectRefusal(lab, ['GET', 'zones'], 403, 'rateLimitExceeded', '2 read requests');
    expect((await lab.api('POST', 'global/healthChecks', { name: 'hc', type: 'TCP' })).status).toBe(200);
    await lab.clock.advance(61_000);
    expect((await lab.api('GET', 'zones')).status).toBe(200);
    await lab.call('DELETE', '/lab/v1/faults');
    for (let i = 0; i < 5; i++) expect((await lab.api('GET', 'zones')).status).toBe(200);
  });
});
