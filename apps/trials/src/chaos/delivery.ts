import { setTimeout as sleep } from 'node:timers/promises';
import { whyOf } from '@gennaker/app-demo/follow-execution';
import { BUILDS, HELLO } from '@gennaker/app-demo/hello-application';
import type { HelloBuild } from '@gennaker/app-demo/hello-package';
import type { BuildFolder } from '@gennaker/app-demo/jenkins/build-folder';
import { notificationOf } from '@gennaker/app-demo/jenkins/notification';
import { runBuild } from '@gennaker/app-demo/jenkins/run-build';
import { createClient } from '@gennaker/client/client';
import { eventAnswerSchema } from '@gennaker/contracts/echo';
import type { ExecutionView } from '@gennaker/contracts/execution';
import { gateApi } from '@gennaker/contracts/gate';
import { isComplete } from '@gennaker/contracts/status';
import { BUILD_SERVER_PORT } from '@gennaker/service/config';
import type { System } from '@gennaker/fixtures/system';
import type { Plant } from './kills.ts';

const ACCOUNT = 'local-gce';
const FIRST = BUILDS.first;
const SECOND = BUILDS.second;
const GIVE_UP_MS = 8 * 60_000;
const LOOK_MS = 100;
const PLANT_MS = 60_000;

/** Something broken as soon as a stage of this type runs. */
export interface Fault {
  readonly stage: string;
  do(system: System): Promise<System>;
}

/** What became of a delivery that was broken on the way. Counted through the public APIs alone. */
export interface Delivery {
  readonly status: string;
  readonly why: string;
  readonly faultsDone: number;
  readonly images: number;
  readonly serverGroups: readonly string[];
  readonly instances: number;
  readonly executions: number;
  readonly ms: number;
}

interface Options {
  readonly system: System;
  readonly builds: BuildFolder;
  readonly faults: readonly Fault[];
  readonly plant: Plant | undefined;
  say(text: string): void;
  /** Told when a fault replaced the running system. */
  onSystem(system: System): void;
}

/** Delivers build 1.0.0 undisturbed, then 1.1.0 while the faults strike; approves every judgment. */
export async function deliver(options: Options): Promise<Delivery> {
  const { say } = options;
  const first = await run({ ...options, faults: [] }, FIRST);
  if (first.execution.status !== 'SUCCEEDED')
    throw new Error(`Build 1.0.0 could not be delivered undisturbed: ${whyOf(first.execution)}`);
  say(`  1.0.0 delivered in ${Math.round(first.ms / 1000)} s; now 1.1.0`);
  const second = await run(options, SECOND);
  const system = second.system;
  if (options.plant) await plantFault(system, options.plant, second.execution);
  const gate = gateOf(system);
  const groups = await gate.listServerGroups({ params: { application: HELLO.application } });
  const executions = await gate.listExecutions({ params: { application: HELLO.application }, query: { limit: 100 } });
  return {
    status: second.execution.status,
    why: whyOf(second.execution),
    faultsDone: second.faultsDone,
    images: (await compute(system, 'global/images')).filter((image) =>
      JSON.stringify(image).includes(`hello-${SECOND.version}`),
    ).length,
    serverGroups: groups.map(({ name }) => name),
    instances: groups.reduce((sum, group) => sum + group.instances.length, 0),
    executions: executions.filter(({ trigger }) => Number(trigger['buildNumber']) === SECOND.number).length,
    ms: second.ms,
  };
}

interface Outcome {
  readonly execution: ExecutionView;
  readonly system: System;
  readonly faultsDone: number;
  readonly ms: number;
}

async function run(options: Options, build: HelloBuild): Promise<Outcome> {
  let { system } = options;
  const started = Date.now();
  const id = await announce(system, options.builds, build);
  const faults = [...options.faults];
  const approved = new Set<string>();
  while (Date.now() - started < GIVE_UP_MS) {
    const execution = await gateOf(system)
      .getExecution({ params: { id } })
      .catch(() => undefined);
    if (execution && isComplete(execution.status))
      return { execution, system, faultsDone: options.faults.length - faults.length, ms: Date.now() - started };
    const fault = faults[0];
    if (
      fault &&
      execution?.stages.some(
        (stage) =>
          stage.type === fault.stage &&
          stage.status === 'RUNNING' &&
          stage.tasks.some(({ status }) => status === 'RUNNING'),
      )
    ) {
      faults.shift();
      options.say(`  breaking it during ${fault.stage}`);
      // The stage has just begun; in the middle of it hurts more.
      await sleep(500);
      system = await fault.do(system);
      options.onSystem(system);
    }
    const judgment = execution?.stages.find(
      (stage) => stage.type === 'manualJudgment' && stage.status === 'RUNNING' && !approved.has(stage.id),
    );
    if (judgment) {
      const patched = await gateOf(system)
        .patchStage({ params: { id, stageId: judgment.id }, body: { judgmentStatus: 'continue' } })
        .catch(() => undefined);
      if (patched) approved.add(judgment.id);
    }
    await sleep(LOOK_MS);
  }
  const stuck = await gateOf(system).getExecution({ params: { id } });
  throw new Error(
    `Build ${build.version} is still ${stuck.status} after ${GIVE_UP_MS / 60_000} minutes: ${whyOf(stuck)}`,
  );
}

/** Builds, and posts the build's end as Jenkins does; answers the id of the execution that it started. */
async function announce(system: System, builds: BuildFolder, build: HelloBuild): Promise<string> {
  const record = await runBuild(builds, HELLO.job, build);
  const payload = await notificationOf(builds, `http://127.0.0.1:${BUILD_SERVER_PORT + system.offset}`, record);
  const response = await fetch(`${system.addresses['gate']}/webhooks/jenkins/${HELLO.jenkins}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(payload),
  });
  const answer = eventAnswerSchema.parse(await response.json());
  const id = answer.matches.find(({ started }) => started)?.executionId;
  if (!id)
    throw new Error(
      `The webhook started nothing: ${answer.matches.map(({ reason }) => reason.summary).join('; ') || 'no pipeline has a matching trigger'}`,
    );
  return id;
}

function gateOf(system: System): ReturnType<typeof createClient<typeof gateApi>> {
  return createClient(gateApi, { baseUrl: system.addresses['gate'] ?? '' });
}

/** Objects of the local cloud, asked of its Compute API and of nobody else. */
async function compute(system: System, path: string): Promise<object[]> {
  const answer = await fetch(`${system.addresses['cloudlab']}/compute/v1/projects/local/${path}`);
  const body = (await answer.json()) as { items?: object[] };
  return body.items ?? [];
}

/** Makes what the faults must not make, so that the counts have to see it. */
async function plantFault(system: System, plant: Plant, execution: ExecutionView): Promise<void> {
  const base = `${system.addresses['cloudlab']}/compute/v1/projects/local`;
  const post = (path: string, body: object) =>
    fetch(`${base}/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  if (plant === 'second-image') {
    const [image] = (await compute(system, 'global/images')).filter((one) =>
      JSON.stringify(one).includes(`hello-${SECOND.version}`),
    ) as { selfLink: string; description: string }[];
    await post('global/images', {
      name: `planted-hello-${Date.now()}`,
      sourceImage: image?.selfLink,
      description: image?.description,
    });
    await sleep(2_000);
    return;
  }
  const groups = () => gateOf(system).listServerGroups({ params: { application: HELLO.application } });
  const before = (await groups()).length;
  const deploy = execution.stages.find(({ type }) => type === 'createServerGroup');
  const job = {
    type: 'createServerGroup',
    cloudProvider: 'gce',
    account: ACCOUNT,
    credentials: ACCOUNT,
    application: HELLO.application,
    stack: HELLO.stack,
    region: HELLO.region,
    capacity: { min: 1, max: 1, desired: 1 },
    disableTraffic: true,
    loadBalancers: [],
    image: (await groups())[0]?.image ?? deploy?.outputs['image'],
  };
  const { ref } = await gateOf(system).submitTask({
    body: { application: HELLO.application, description: 'a planted fault', job: [job] },
  });
  for (const until = Date.now() + PLANT_MS; (await groups()).length <= before; await sleep(500))
    if (Date.now() > until) {
      const task = await gateOf(system).getTask({ params: { id: ref.split('/').at(-1) ?? '' } });
      throw new Error(
        `The fault could not be planted: ${JSON.stringify(task.steps.map(({ name, reason }) => ({ name, reason })))}`,
      );
    }
}
