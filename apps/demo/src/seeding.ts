import { setTimeout as delay } from 'node:timers/promises';
import { ServiceError } from '@gennaker/contracts/error';
import type { gateApi } from '@gennaker/contracts/gate';
import type { Client } from '@gennaker/contracts/route';
import { isComplete } from '@gennaker/contracts/status';
import { DRAINING_SECONDS, HELLO, WORLD } from './hello-application.ts';
import { demoPipeline } from './demo-pipeline.ts';
import { promotionPipelines } from './promotion-pipelines.ts';

type Gate = Client<typeof gateApi>;
const TASK_TIMEOUT_MS = 120_000;

/** The first account of the cloud that the demo uses. @throws Error when there is none */
export async function demoAccount(gate: Gate): Promise<string> {
  const accounts = await gate.listAccounts();
  const account = accounts.find((candidate) => candidate.cloudProvider === 'gce');
  if (!account) throw new Error('No gce account is configured: add one to gennaker.yml for the demo');
  return account.name;
}

/** Makes the demo's application, load balancer and pipelines where they are missing; what a user changed stays. */
export async function seed(gate: Gate, say: (line: string) => void): Promise<void> {
  const account = await demoAccount(gate);
  if (
    !(await exists(gate.getApplication({ params: { application: HELLO.application }, query: { expand: 'false' } })))
  ) {
    await runTask(gate, 'Create application hello', {
      type: 'createApplication',
      application: {
        name: HELLO.application,
        email: 'demo@example.com',
        description: 'Says hello and which version it is',
        cloudProviders: 'gce',
      },
    });
    say('Application hello is made');
  }
  const balancers = await gate.listLoadBalancers({ params: { application: HELLO.application } });
  if (!balancers.some((balancer) => balancer.name === HELLO.loadBalancer)) {
    await upsertLoadBalancer(gate, account, DRAINING_SECONDS);
    say(`Load balancer ${HELLO.loadBalancer} is made`);
  }
  for (const pipeline of [demoPipeline({ account }), ...promotionPipelines({ account, regions: WORLD.regions })]) {
    const name = String(pipeline['name']);
    if (await exists(gate.getPipelineConfig({ params: { application: HELLO.application, name } }))) continue;
    await savePipeline(gate, pipeline);
    say(`Pipeline "${name}" is made`);
  }
}

/**
 * Makes or changes the demo's load balancer: HTTP on 8080, for every region, with a check of `/`.
 * @throws Error when another one has its name, as in data folders of earlier versions
 */
export async function upsertLoadBalancer(gate: Gate, account: string, drainingSeconds: number): Promise<void> {
  const balancers = await gate.listLoadBalancers({ params: { application: HELLO.application } });
  const other = balancers.find(
    ({ name, loadBalancerType }) => name === HELLO.loadBalancer && loadBalancerType !== 'HTTP',
  );
  if (other)
    throw new Error(
      `The demo needs ${HELLO.loadBalancer} to be an HTTP load balancer, and here it is one of type ${other.loadBalancerType}, ` +
        'from an earlier version or made by hand: delete it with the server groups behind it and start again, ' +
        'or start another system with --data DIR and --offset N for the demo',
    );
  await runTask(gate, `Upsert load balancer ${HELLO.loadBalancer}`, {
    type: 'upsertLoadBalancer',
    cloudProvider: 'gce',
    credentials: account,
    region: 'global',
    loadBalancerName: HELLO.loadBalancer,
    loadBalancerType: 'HTTP',
    portRange: String(HELLO.port),
    defaultService: {
      name: `${HELLO.loadBalancer}-bs`,
      connectionDrainingTimeoutSec: drainingSeconds,
      healthCheck: {
        name: `${HELLO.loadBalancer}-hc`,
        healthCheckType: 'HTTP',
        port: HELLO.port,
        requestPath: '/',
        checkIntervalSec: 1,
        timeoutSec: 1,
        healthyThreshold: 2,
        unhealthyThreshold: 3,
      },
    },
  });
}

/** Saves a pipeline over the one of its name, keeping its id. */
export async function savePipeline(gate: Gate, pipeline: Readonly<Record<string, unknown>>): Promise<void> {
  const { application, name } = pipeline;
  const known = await found(
    gate.getPipelineConfig({ params: { application: String(application), name: String(name) } }),
  );
  const text = JSON.stringify(known?.id ? { ...pipeline, id: known.id, index: known['index'] } : pipeline);
  await gate.savePipeline({ body: text });
}

/** Runs one job of an application by hand and waits for its end. @throws Error with the reason when it fails */
export async function runTask(
  gate: Gate,
  description: string,
  job: Readonly<Record<string, unknown>> & { readonly type: string },
  application: string = HELLO.application,
): Promise<void> {
  const { ref } = await gate.submitTask({ body: { application, description, job: [{ ...job }] } });
  const id = ref.split('/').at(-1) ?? ref;
  const until = Date.now() + TASK_TIMEOUT_MS;
  for (;;) {
    const task = await gate.getTask({ params: { id } });
    if (task.status === 'SUCCEEDED') return;
    if (isComplete(task.status)) {
      const reason = task.steps.findLast((step) => step.reason)?.reason?.summary;
      const exception = task.variables.find((variable) => variable.key === 'exception');
      throw new Error(
        `${description} ended ${task.status}: ${reason ?? JSON.stringify(exception?.value ?? 'no reason')}`,
      );
    }
    if (Date.now() > until) throw new Error(`${description} is still ${task.status} after ${TASK_TIMEOUT_MS / 1000} s`);
    await delay(150);
  }
}

async function found<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof ServiceError && error.status === 404) return undefined;
    throw error;
  }
}

async function exists(call: Promise<unknown>): Promise<boolean> {
  return (await found(call)) !== undefined;
}
