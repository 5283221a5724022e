import { once } from 'node:events';
import { createServer } from 'node:http';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { runOperation, startLab, type TestClouddriver, testClouddriver, type TestLab, until } from '../lab.fixture.ts';
import { testPipeline } from '../stage-runner.fixture.ts';

// Real sockets and a database on a busy machine.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 90_000 });

let lab: TestLab;
let clouddriver: TestClouddriver;
let running: Awaited<ReturnType<TestClouddriver['here']>>;
/** The application: it answers at `/` and nowhere else. */
const application = createServer((request, answer) => answer.writeHead(request.url === '/' ? 200 : 404).end());

beforeAll(async () => {
  lab = await startLab();
  clouddriver = await testClouddriver(lab);
  running = await clouddriver.here();
});
afterAll(async () => {
  application.close();
  await running?.stop();
  await clouddriver?.close();
  await lab?.close();
});

test('a deploy that waits asks its instance, names where it answers instead, and goes on once the check asks there', async () => {
  const place = { credentials: 'local-gce', region: 'us-central1' };
  const balance = (port: number, requestPath: string) => {
    const timing = { checkIntervalSec: 1, timeoutSec: 1, healthyThreshold: 1, unhealthyThreshold: 1 };
    const healthCheck = { port, requestPath, ...timing };
    return runOperation(running.api, [{ upsertLoadBalancer: { ...place, loadBalancerName: 'hello-lb', healthCheck } }]);
  };
  await balance(80, '/health');
  const pipeline = testPipeline(running.api);
  const deploy = pipeline.run('createServerGroup', {
    ...place,
    account: 'local-gce',
    application: 'hello',
    cloudProvider: 'gce',
    capacity: { min: 1, max: 1, desired: 1 },
    loadBalancers: ['hello-lb'],
    image: 'hello-1',
  });
  const group = { account: 'local-gce', region: 'us-central1', name: 'hello-v000' };
  let address: string | undefined;
  await until(async () => {
    const groups = await running.api.listServerGroups({ params: { application: 'hello' }, query: { live: 'true' } });
    address = groups[0]?.instances[0]?.ips?.[0];
    return address !== undefined;
  });
  application.listen(8080, address);
  await once(application, 'listening');
  const says = 'answers on 8080 /, the health check asks 80 /health';
  await until(() => pipeline.ran[0]?.reasons.some((reason) => reason.includes(says)) === true);
  expect(pipeline.ran[0]?.reasons.at(-1)).toMatch(
    /^0 of 1 instances of hello-v000 are up, 1 are needed\. hello-v000-\w+ /,
  );
  expect(await running.api.explainHealth({ params: group })).toMatchObject([
    { says, misplaced: true, asks: { type: 'HTTP', port: 80, path: '/health' } },
  ]);
  await balance(8080, '/');
  expect(await deploy).toMatchObject({ status: 'SUCCEEDED' });
});
