import { setTimeout as sleep } from 'node:timers/promises';
import { createClient } from '@gennaker/client/client';
import { type ExecutionView, executionEventSchema } from '@gennaker/contracts/execution';
import { gateApi } from '@gennaker/contracts/gate';
import type { Client } from '@gennaker/contracts/route';
import { startSystem } from '@gennaker/fixtures/system';
import { z } from 'zod';
import { leftovers } from '../../chaos/deploy/aftermath.ts';
import { beginning } from '../../chaos/deploy/run.ts';
import { computeOf, PORT, REGION, Scene, ZONES } from '../../chaos/deploy/scene.ts';
import { imageOf, makeImages } from '../../chaos/deploy/versions.ts';
import { watchForeign } from '../cloudlab/foreign.ts';
import { type Figure, type Pair, type RowResult, resultOf } from '../engine/row.ts';
import { type DirectGroup, makeDirectly, removeDirectly } from './direct.ts';

/** How the bench of deploys is run. */
export interface DeployBenchOptions {
  readonly rounds: number;
  /** Added to the ports of the system that it starts. */
  readonly offset: number;
  /** Tell where the time of each deploy goes. */
  readonly profile: boolean;
  readonly say: (text: string) => void;
}

const SIZE = 4;
const STACK = 'bench';
/** What the strategy is told to wait: the newcomer has to stay healthy for so long. */
const TOLD_S = 1;
const LOOK_MS = 25;
const PATIENCE_MS = 90_000;

const FIGURES = {
  overhead: {
    metric: 'what a red/black deploy of 4 instances takes beyond making them directly, without the waits it is told',
    unit: 's',
    of: 's directly, until all are healthy at the load balancer',
    better: 'less',
    bounds: 'value',
    reach: 2,
    aim: 1,
  },
  switched: {
    metric: 'from all healthy at the load balancer to the old one disabled, without the waits it is told',
    unit: 's',
    of: 's directly, until all are healthy at the load balancer',
    better: 'less',
    bounds: 'value',
    reach: 1.5,
    aim: 0.5,
  },
} as const satisfies Readonly<Record<string, Figure>>;

const operationSchema = z.looseObject({ 'kato.last.task.id': z.looseObject({ id: z.string() }) });

/** One deploy, seconds. */
interface Measured {
  /** From the request to its end, without what it is told to wait. */
  readonly whole: number;
  /** From all healthy to the old one disabled, without what it is told to wait. */
  readonly switched: number;
}

/**
 * Deploys 4 instances in turn directly and by a pipeline with a red/black deploy, behind the same load balancer of the same
 * system, beside the same running version.
 */
export async function runDeployBench({ rounds, offset, profile, say }: DeployBenchOptions): Promise<RowResult[]> {
  const system = await startSystem({ offset });
  const stop = (): void => void system.stop().finally(() => process.exit(1));
  process.once('SIGINT', stop).once('SIGTERM', stop);
  try {
    await makeImages(computeOf(system), system.dataDir, ['good']);
    const scene = await Scene.open(system, { stack: STACK, size: SIZE, rate: 0, drains: true, say });
    say('the first version boots');
    let serving = await beginning(scene);
    const overheads: Pair[] = [];
    const switches: Pair[] = [];
    const foreign: number[] = [];
    // The first round is not counted: connections are made, and what runs often is compiled.
    for (let round = 0; round <= rounds; round++) {
      const byHand = async (): Promise<number> => deployDirectly(scene, `direct-r${round}`);
      const byPipeline = async (): Promise<Measured> => {
        const { created, ...measured } = await deployByPipeline(scene, serving, profile ? say : undefined);
        serving = created;
        await settle(scene, serving);
        return measured;
      };
      const usedByOthers = await watchForeign();
      const isFirst = round % 2 === 0;
      const early = isFirst ? await byHand() : undefined;
      const ours = await byPipeline();
      const direct = early ?? (await byHand());
      say(
        `${round === 0 ? 'warm-up' : `round ${round}`}: directly ${direct.toFixed(2)} s; red/black ${ours.whole.toFixed(2)} s, ${(ours.whole / direct).toFixed(2)} times as long; from healthy to the old one disabled ${ours.switched.toFixed(2)} s`,
      );
      if (round === 0) continue;
      foreign.push(await usedByOthers());
      overheads.push({ value: ours.whole - direct, beside: direct });
      switches.push({ value: ours.switched, beside: direct });
    }
    return [resultOf(FIGURES.overhead, overheads, foreign), resultOf(FIGURES.switched, switches, [])];
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop);
    await system.stop();
  }
}

/** Makes the group by the Compute API and takes it away again; answers the seconds until all of it was healthy. */
async function deployDirectly(scene: Scene, name: string): Promise<number> {
  const group: DirectGroup = {
    ...{ name, region: REGION, zones: ZONES, image: imageOf('good'), size: SIZE },
    ...{ service: scene.service, port: PORT },
  };
  const began = performance.now();
  await makeDirectly(scene.compute, group);
  await lookUntil(`${name} is healthy`, async () => (await scene.healthy(name)).size === SIZE);
  const seconds = (performance.now() - began) / 1_000;
  await removeDirectly(scene.compute, group);
  return seconds;
}

/** Deploys red/black over the version that serves. */
async function deployByPipeline(
  scene: Scene,
  serving: string,
  tell: ((text: string) => void) | undefined,
): Promise<Measured & { readonly created: string }> {
  const gate = createClient(gateApi, { baseUrl: scene.system.addresses['gate'] ?? '' });
  const ended = new AbortController();
  const events = await gate.events({ query: { types: 'ExecutionCompleted' } }, { signal: ended.signal });
  const began = performance.now();
  const id = await scene.start('Deploy', [
    {
      type: 'deploy',
      name: 'Deploy',
      clusters: [scene.describe('good', { strategy: 'redblack', healthyForSeconds: TOLD_S })],
    },
  ]);
  const over = (async (): Promise<number> => {
    for await (const { event, data } of events)
      if (event === 'execution' && executionEventSchema.parse(data).executionId === id) return performance.now();
    throw new Error('The event stream ended before the deploy.');
  })();
  let isOver = false;
  over.then(
    () => (isOver = true),
    () => undefined,
  );
  /** Until something is so, or the deploy is over all the same. */
  const meanwhile = (what: string, check: () => Promise<boolean>): Promise<void> =>
    lookUntil(what, async () => (await check()) || isOver);
  try {
    const created = await newcomer(scene, serving, meanwhile);
    await meanwhile(`${created} is healthy`, async () => (await scene.healthy(created)).size === SIZE);
    const healthy = performance.now();
    await meanwhile(`${serving} is disabled`, async () => !(await serves(scene, serving)));
    const disabled = performance.now();
    const end = await Promise.race([over, sleep(PATIENCE_MS, undefined, { ref: false })]);
    const execution = await scene.execution(id);
    if (end === undefined || execution.status !== 'SUCCEEDED')
      throw new Error(
        `The deploy of the bench is ${execution.status}: ${execution.reason?.summary ?? waitingOf(execution)}`,
      );
    if (tell) for (const line of await profileOf(gate, execution)) tell(line);
    return {
      created,
      whole: (end - began) / 1_000 - TOLD_S,
      switched: (disabled - healthy) / 1_000 - TOLD_S,
    };
  } finally {
    ended.abort();
  }
}

/** The server group that a deploy makes, as soon as the cloud has it. */
async function newcomer(scene: Scene, serving: string, meanwhile: typeof lookUntil): Promise<string> {
  let found: string | undefined;
  await meanwhile('a new server group is there', async () => {
    found = (await scene.managers()).find((name) => name !== serving);
    return found !== undefined;
  });
  return found ?? '';
}

/** Does the load balancer send a server group requests? */
async function serves(scene: Scene, serverGroup: string): Promise<boolean> {
  return (await scene.backends()).some(({ group, scaler }) => group === serverGroup && scaler > 0);
}

/** What an execution waits for. */
function waitingOf({ stages }: ExecutionView): string {
  const waiting = stages.filter(({ status }) => status === 'RUNNING');
  return waiting.map(({ name, reason }) => `${name}: ${reason?.summary ?? 'no reason'}`).join('; ');
}

/** Waits until nothing but the version that serves is left. */
async function settle(scene: Scene, serving: string): Promise<void> {
  const left = await leftovers(scene, serving);
  if (left.length > 0) throw new Error(`After a deploy of the bench: ${left.join('; ')}`);
}

async function lookUntil(what: string, check: () => Promise<boolean>): Promise<void> {
  for (const end = performance.now() + PATIENCE_MS; !(await check()); await sleep(LOOK_MS))
    if (performance.now() > end) throw new Error(`Waited ${PATIENCE_MS / 1_000} s in vain until ${what}.`);
}

/** When each task of an execution began and how long it took, with the phases of the changes of the cloud. Milliseconds. */
async function profileOf(gate: Client<typeof gateApi>, execution: ExecutionView): Promise<string[]> {
  const { id, startTime = 0, stages } = execution;
  const tasks = stages.flatMap((stage) =>
    stage.tasks.map(({ name, startTime: from = 0, endTime: to = from }) => ({
      at: from - startTime,
      text: `${to - from} ms  ${stage.name}: ${name}`,
    })),
  );
  const operations = stages.flatMap(
    ({ context }) => operationSchema.safeParse(context).data?.['kato.last.task.id'].id ?? [],
  );
  const phases = await Promise.all(
    operations.map(async (operation) => {
      const { history } = await gate.taskDetails({ params: { id, operation } });
      return history.map(({ at, phase, status }) => ({ at: at - startTime, text: `       ${phase}: ${status}` }));
    }),
  );
  return [...tasks, ...phases.flat()]
    .toSorted((a, b) => a.at - b.at)
    .map(({ at, text }) => `${String(at).padStart(6)} ms  ${text}`);
}
