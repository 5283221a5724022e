import { describe, expect, it } from 'vitest';
import { ExpectationFailed, expectPipeline, pipeline } from './testing.ts';

const nightly = pipeline('shop', 'nightly')
  .parameter('version', { required: true })
  .stage('wait', 'Quiet time', { waitTime: 6 * 3600 })
  .stage('webhook', 'Report', { url: 'https://example.com/report', payload: { version: '${parameters.version}' } });

const deploy = pipeline('shop', 'deploy')
  .stage('deploy', 'Deploy', {
    clusters: [
      {
        account: 'production',
        application: 'shop',
        stack: 'main',
        cloudProvider: 'gce',
        region: 'europe-west1',
        regional: true,
        strategy: 'redblack',
        capacity: { min: 2, max: 2, desired: 2 },
        loadBalancers: ['shop-lb'],
        image: 'shop-2',
      },
    ],
  })
  .stage('manualJudgment', 'Keep it?', { instructions: 'Look at the sales' });
const running = {
  application: 'shop',
  stack: 'main',
  account: 'production',
  region: 'europe-west1',
  image: 'shop-1',
  instances: 2,
  loadBalancers: ['shop-lb'],
};
const tested = () =>
  expectPipeline(deploy)
    .withLoadBalancer('shop-lb', 'europe-west1', 'production')
    .withServerGroup(running)
    .withImage('shop-2');

describe('a tested pipeline', () => {
  it('waits six hours in no time', async () => {
    const result = await expectPipeline(nightly)
      .with({ version: '1.2' })
      .answering('https://example.com/', { body: { ok: true } })
      .toSucceed();
    expect(result.durationMs).toBeGreaterThanOrEqual(6 * 3_600_000);
    expect(result.requests).toMatchObject([{ method: 'POST', body: { version: '1.2' } }]);
  });

  it('replaces a server group in the simulated cloud', async () => {
    const result = await tested().judging('Keep it?', 'continue').toSucceed();
    expect(result.serverGroups.map(({ name, isDisabled }) => ({ name, isDisabled }))).toContainEqual({
      name: 'shop-main-v001',
      isDisabled: false,
    });
  });

  it('leaves the old version serving when the new one never becomes healthy', async () => {
    const result = await tested().whenHealthFails('europe').toRollBack();
    expect(result.stage('Deploy').status).toBe('TERMINAL');
  });

  it('says what every stage did when an expectation does not hold', async () => {
    const failure = await tested()
      .judging('Keep it?', 'stop')
      .toSucceed()
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ExpectationFailed);
    expect(String(failure)).toMatch(/was to end SUCCEEDED and ended TERMINAL[\s\S]*Keep it\? - Stopped by tester/);
  });

  it('comes to a judgment and waits there', async () => {
    await tested().toWaitFor('Keep it?');
  });

  it('refuses an address that the test gave no answer for, naming it', async () => {
    await expectPipeline(nightly)
      .with({ version: '1' })
      .toFail({ stage: 'Report', reason: 'no answer for POST https://example.com/report' });
  });
});
