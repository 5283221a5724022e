import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createClient } from '@gennaker/client/client';
import type { ExecutionView } from '@gennaker/contracts/execution';
import { gateApi } from '@gennaker/contracts/gate';
import type { Client } from '@gennaker/contracts/route';
import { z } from 'zod';
import { checkTraffic, readCounters } from './checks.ts';
import { demoPipeline } from './demo-pipeline.ts';
import { followExecution, patiently } from './follow-execution.ts';
import { BUILDS, DRAINING_SECONDS, HELLO } from './hello-application.ts';
import { type HelloBuild, packageVersion } from './hello-package.ts';
import { enterInstance } from './instance-inside.ts';
import { BuildFolder } from './jenkins/build-folder.ts';
import { runBuild } from './jenkins/run-build.ts';
import { type BuildServer, serveBuilds } from './jenkins/build-server.ts';
import { notificationOf } from './jenkins/notification.ts';
import { equal, type ReportRow } from './report.ts';
import { demoAccount, savePipeline, seed, upsertLoadBalancer } from './seeding.ts';
import type { DemoSystem } from './system.ts';
import { startTraffic, type TrafficClient } from './traffic-client.ts';

/** A fault that the demo is played with, to see that it comes out red. */
export type Plant = 'no-draining' | 'disable-first';
export const PLANTS: readonly Plant[] = ['no-draining', 'disable-first'];

/** Requests a second of the two clients; the first opens a connection for each. */
const RATES = { single: 240, kept: 80 } as const;
const KEPT_CONNECTIONS = 40;
const PIPELINE_TIMEOUT_MS = 6 * 60_000;
/** How long traffic goes on before the new version comes and after the old one is gone, ms. */
const SETTLE_MS = 2_000;

/** Paths that no instance may have: what the bake worked with, and what only the machine below has. */
const FOREIGN = ['/var/cache/gennaker', '/usr/sbin/policy-rc.d', fileURLToPath(import.meta.url)];

/** What the play works with. */
interface Stagehand {
  readonly gate: Client<typeof gateApi>;
  readonly system: DemoSystem;
  readonly builds: BuildFolder;
  readonly server: BuildServer;
  say(line: string): void;
}

/**
 * Plays the demo: build 1 becomes the first version, build 2 replaces it under traffic after an approval.
 * @returns what was seen; every row says whether it is as it must be
 * @throws Error when a step cannot be done at all
 */
export async function play(
  system: DemoSystem,
  plant: Plant | undefined,
  say: (line: string) => void,
): Promise<ReportRow[]> {
  const gate = createClient(gateApi, { baseUrl: system.gate });
  const builds = new BuildFolder(join(system.data, 'demo/builds'));
  await seed(gate, say);
  const account = await demoAccount(gate);
  await upsertLoadBalancer(gate, account, plant === 'no-draining' ? 0 : DRAINING_SECONDS);
  await savePipeline(gate, demoPipeline({ account, disableFirst: plant === 'disable-first' }));
  const server = await serveBuilds(builds, system.buildPort);
  const hand: Stagehand = { gate, system, builds, server, say };
  try {
    say(`A build server answers at ${server.url}, as Jenkins would`);
    await deploy(hand, await nextBuild(builds, BUILDS.first));
    const address = await loadBalancerAddress(gate);
    await waitForVersion(address, BUILDS.first.version);
    say(`http://${address}:${HELLO.port}/ answers with version ${BUILDS.first.version}`);
    return await replaceUnderTraffic(hand, address);
  } finally {
    await server.close();
    if (plant === 'disable-first') await savePipeline(gate, demoPipeline({ account }));
    if (plant === 'no-draining') await upsertLoadBalancer(gate, account, DRAINING_SECONDS);
  }
}

async function replaceUnderTraffic(hand: Stagehand, address: string): Promise<ReportRow[]> {
  const { say, system } = hand;
  const before = await readCounters(system.cloudlab, HELLO.loadBalancer);
  const versions = [BUILDS.first.version, BUILDS.second.version];
  // Answers that take a while keep connections busy: the switch happens in the middle of requests.
  const url = `http://${address}:${HELLO.port}/?delay=60`;
  const single = startTraffic({ url, versions, rate: RATES.single, keepAlive: 0 });
  const kept = startTraffic({ url, versions, rate: RATES.kept, keepAlive: KEPT_CONNECTIONS });
  say(
    `Two clients send ${RATES.single} requests a second on a connection each, and ${RATES.kept} on ${KEPT_CONNECTIONS} kept connections`,
  );
  const second = await nextBuild(hand.builds, BUILDS.second);
  let execution: ExecutionView;
  try {
    await delay(SETTLE_MS);
    execution = await deploy(hand, second, () => say(`  traffic so far: ${progress(single)}, kept: ${progress(kept)}`));
    await delay(SETTLE_MS);
  } finally {
    await Promise.all([single.stop(), kept.stop()]);
  }
  const after = await readCounters(system.cloudlab, HELLO.loadBalancer);
  const oldDisabledAt = await disableDoneAt(hand, execution);
  return [
    ...checkTraffic({
      single: single.records,
      kept: kept.records,
      before,
      after,
      oldVersion: BUILDS.first.version,
      newVersion: BUILDS.second.version,
      oldDisabledAt,
    }),
    ...(await checkInstances(hand, second)),
  ];
}

const operationOf = z.looseObject({ 'kato.last.task.id': z.looseObject({ id: z.string() }) });

/** When the operation was done that took the traffic from the old group, epoch ms; undefined when there was none. */
async function disableDoneAt(hand: Stagehand, execution: ExecutionView): Promise<number | undefined> {
  const stage = execution.stages.find((candidate) => candidate.name === 'Disable old');
  const operation = operationOf.safeParse(stage?.context).data?.['kato.last.task.id'].id;
  if (!operation) return undefined;
  const details = await hand.gate.taskDetails({ params: { id: execution.id, operation } });
  return details.endTimeMs;
}

/** The version's next build: a build that was told once starts nothing again, so that each play needs new numbers. */
async function nextBuild(builds: BuildFolder, version: HelloBuild): Promise<HelloBuild> {
  const [newest = 0] = await builds.builds(HELLO.job);
  return { ...version, number: newest + 1 };
}

/** Builds, tells gate as Jenkins would, follows the pipeline, and approves. The build's files are gone once it is baked. */
async function deploy(hand: Stagehand, build: HelloBuild, onSwitch?: () => void): Promise<ExecutionView> {
  const { gate, builds, server, say } = hand;
  const record = await runBuild(builds, HELLO.job, build);
  say(`Jenkins built ${HELLO.job} #${build.number}: version ${build.version}`);
  const answer = await gate.jenkinsWebhook({
    params: { master: HELLO.jenkins },
    body: JSON.stringify(await notificationOf(builds, server.url, record)),
  });
  const match = answer.matches.find((candidate) => candidate.pipeline === HELLO.pipeline && candidate.executionId);
  const id = match?.executionId;
  if (!id) {
    const why = answer.matches.map((m) => `${m.pipeline}: ${m.reason.summary}`).join('; ');
    throw new Error(`The build started no pipeline: ${why || 'no pipeline listens to it'}`);
  }
  say(`"${HELLO.pipeline}" started (${hand.system.deck}/#/applications/${HELLO.application}/executions/${id})`);
  return followExecution(gate, id, {
    timeoutMs: PIPELINE_TIMEOUT_MS,
    say,
    onStage: async (stage) => {
      if (stage.type === 'bake' && stage.status === 'SUCCEEDED') {
        await builds.dropFiles(HELLO.job, build.number);
        say('  (the sources and the .deb are deleted: from here on there is only the image)');
      }
      if (stage.type === 'manualJudgment' && stage.status === 'RUNNING') {
        onSwitch?.();
        const body = { judgmentStatus: 'continue' };
        await patiently(() => gate.patchStage({ params: { id, stageId: stage.id }, body }), say);
        say('  (approved)');
      }
    },
  });
}

async function loadBalancerAddress(gate: Client<typeof gateApi>): Promise<string> {
  const balancers = await gate.listLoadBalancers({ params: { application: HELLO.application } });
  const address = balancers.find((balancer) => balancer.name === HELLO.loadBalancer)?.ipAddress;
  if (!address) throw new Error(`Load balancer ${HELLO.loadBalancer} has no address`);
  return address;
}

async function waitForVersion(address: string, version: string): Promise<void> {
  const url = `http://${address}:${HELLO.port}/`;
  let last = '';
  for (let attempt = 0; attempt < 100; attempt++) {
    last = await fetch(url, { headers: { connection: 'close' } }).then(
      (response) => response.headers.get('x-version') ?? `status ${response.status}`,
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    );
    if (last === version) return;
    await delay(100);
  }
  throw new Error(`${url} does not answer with version ${version}: ${last}`);
}

/** Looks into the instances: the package is in, what the bake did not put there is not. */
async function checkInstances(hand: Stagehand, build: HelloBuild): Promise<ReportRow[]> {
  const groups = await hand.gate.listServerGroups({ params: { application: HELLO.application } });
  const current = groups.filter((group) => group.cluster === HELLO.cluster);
  const instances = current.flatMap((group) => group.instances);
  let named = 0;
  let clean = 0;
  for (const instance of instances) {
    const inside = await enterInstance(instance.name);
    const installed = await inside.run('dpkg-query', '-W', '-f', '${Version}', 'hello');
    const note = await inside.run('cat', '/etc/hello/installed');
    if (installed === packageVersion(build) && note === packageVersion(build)) named++;
    const strangers = await inside.run(
      'sh',
      '-c',
      `ls -d ${FOREIGN.map((path) => `'${path}'`).join(' ')} 2>/dev/null || true`,
    );
    if (strangers === '') clean++;
  }
  const zones = new Set(instances.map((instance) => instance.zone)).size;
  return [
    equal('server groups of the cluster at the end', current.length, 1),
    equal('instances at the end', instances.length, HELLO.instances),
    equal('zones of the instances', zones, HELLO.zones.length),
    equal(`instances whose dpkg names ${packageVersion(build)}`, named, HELLO.instances),
    equal('instances without files that the bake did not leave', clean, HELLO.instances),
  ];
}

function progress(client: TrafficClient): string {
  const failed = client.records.filter((record) => record.failure).length;
  return `${client.records.length} requests, ${failed} failed`;
}
