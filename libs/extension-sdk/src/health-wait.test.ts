import { serverGroupSchema } from '@gennaker/contracts/clouddriver';
import type { HealthFinding } from '@gennaker/contracts/health-findings';
import { expect, test } from 'vitest';
import { explainWait } from './health-wait.ts';
import { upState } from './server-group-health.ts';
import type { JsonObject, TaskContext } from './stage.ts';

const instance = (name: string, state: string) => ({
  id: name,
  name,
  healthState: state,
  health: [{ type: 'LoadBalancer', state }],
});
const group = (...states: string[]) =>
  serverGroupSchema.parse({
    name: 'hello-v003',
    account: 'a',
    region: 'r',
    cluster: 'hello',
    application: 'hello',
    cloudProvider: 'gce',
    type: 'gce',
    createdTime: 1,
    isDisabled: false,
    moniker: { app: 'hello', cluster: 'hello', sequence: 3 },
    capacity: { min: 4, max: 4, desired: 4 },
    instanceCounts: { total: 4, up: 0, down: 0, starting: 0, outOfService: 0, unknown: 0 },
    instances: states.map((state, index) => instance(`hello-v003-x${index}`, state)),
    loadBalancers: ['hello-lb'],
    seenAt: 0,
  });

/** A task that looks again and again at a group whose instances answer as `findings` say. */
function waiting(findings: () => Promise<HealthFinding[]>, deadline?: number) {
  let context: JsonObject = {};
  let asked = 0;
  const explainHealth = () => {
    asked++;
    return findings();
  };
  return {
    asked: () => asked,
    async at(now: number, ...states: string[]) {
      const seen = group(...states);
      const ports = { clouddriver: { explainHealth } };
      const task = { context, now, deadline, ports, traceparent: '' } as unknown as TaskContext<unknown>;
      const answer = await explainWait(task, seen, upState(seen, 4, 100, null), 'rolls back to hello-v002');
      context = { ...context, ...answer.context };
      return answer.reason;
    },
  };
}

const sick: HealthFinding = {
  instance: 'hello-v003-x3',
  says: 'answers /health on port 8080 with 503',
  asks: { type: 'HTTP', port: 8080, path: '/health' },
  answers: [{ port: 8080, path: '/health', status: 503 }],
};

test('the sentence says how many are up, what which one lacks for how long, when it gives up and what happens then', async () => {
  const wait = waiting(async () => [sick], 280_000);
  expect((await wait.at(1_000, 'Up', 'Up', 'Up', 'Down')).summary).toBe(
    '3 of 4 instances of hello-v003 are up, 4 are needed. hello-v003-x3: LoadBalancer says Down; gives up in 5 min, then rolls back to hello-v002',
  );
  const later = await wait.at(41_000, 'Up', 'Up', 'Up', 'Down');
  expect(later.summary).toBe(
    '3 of 4 instances of hello-v003 are up, 4 are needed. hello-v003-x3 answers /health on port 8080 with 503 for 40 s; gives up in 4 min, then rolls back to hello-v002',
  );
  expect(later.evidence).toMatchObject({
    up: 3,
    givesUpAt: 280_000,
    missing: [
      {
        name: 'hello-v003-x3',
        lacks: sick.says,
        since: 1_000,
        healthCheckAsks: 'HTTP 8080 /health',
        answers: sick.answers,
      },
    ],
  });
});

test('instances are asked once they lack something for a while, and again only now and then', async () => {
  const wait = waiting(async () => [sick]);
  await wait.at(0, 'Up', 'Up', 'Up', 'Down');
  expect(wait.asked()).toBe(0);
  for (let now = 4_000; now < 19_000; now += 1_000) await wait.at(now, 'Up', 'Up', 'Up', 'Down');
  expect(wait.asked()).toBe(1);
  await wait.at(19_000, 'Up', 'Up', 'Up', 'Down');
  expect(wait.asked()).toBe(2);
});

test('what an instance lacks begins anew when its health changes', async () => {
  const wait = waiting(async () => []);
  await wait.at(0, 'Up', 'Up', 'Up', 'Starting');
  await wait.at(60_000, 'Up', 'Up', 'Up', 'Down');
  const { summary } = await wait.at(90_000, 'Up', 'Up', 'Up', 'Down');
  expect(summary).toContain('LoadBalancer says Down for 30 s');
});

test('that nothing can be found out does not end the wait', async () => {
  const wait = waiting(() => Promise.reject(new Error('clouddriver is away')));
  await wait.at(0, 'Down', 'Up', 'Up', 'Up');
  expect((await wait.at(10_000, 'Down', 'Up', 'Up', 'Up')).summary).toContain('LoadBalancer says Down for 10 s');
});

test('an application that answers elsewhere is told what to change', async () => {
  const says = 'answers on 8080 /, the health check asks 80 /health';
  const wait = waiting(async () => [{ instance: 'hello-v003-x0', says, misplaced: true }]);
  await wait.at(0, 'Down', 'Up', 'Up', 'Up');
  const reason = await wait.at(5_000, 'Down', 'Up', 'Up', 'Up');
  expect(reason.summary).toContain(says);
  expect(reason.next).toContain('Have the health check ask where the application answers');
});
