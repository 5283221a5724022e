import { setTimeout as sleep } from 'node:timers/promises';
import { type ExecutionView, executionEventSchema } from '@gennaker/contracts/execution';
import { startSystem } from '@gennaker/fixtures/system';
import { leftovers } from '../../chaos/deploy/aftermath.ts';
import { beginning } from '../../chaos/deploy/run.ts';
import { CLUSTER, PORT, REGION, Scene, SERVICE, ZONES } from '../../chaos/deploy/scene.ts';
import { imageOf, makeImages } from '../../chaos/deploy/versions.ts';
import { cpuSeconds, machineCpuSeconds } from '../../cpu.ts';
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
    const scene = await Scene.open(system, { size: SIZE, drains: true, say });
    await makeImages(scene.compute, system.dataDir, ['good']);
    say('the first version boots');
    let serving = await beginning(scene);
    const overheads: Pair[] = [];
    const switches: Pair[] = [];
    // The first round is not counted: connections are made, and what runs often is compiled.
    for (let round = 0; round <= rounds; round++) {
      const byHand = async (): Promise<number> => deployDirectly(scene, `direct-r${round}`);
      const byPipeline = async (): Promise<Measured> => {
        const { created, ...measured } = await deployByPipeline(scene, serving, profile ? say : undefined);
        serving = created;
        await settle(scene, serving);
        return measured;
      };
      const isFirst = round % 2 === 0;
      const early = isFirst ? await byHand() : undefined;
      const ours = await byPipeline();
      const direct = early ?? (await byHand());
      say(
        `${round === 0 ? 'warm-up' : `round ${round}`}: directly ${direct.toFixed(2)} s; red/black ${ours.whole.toFixed(2)} s, ${(ours.whole / direct).toFixed(2)} times as long; from healthy to the old one disabled ${ours.switched.toFixed(2)} s`,
      );
      if (round === 0) continue;
      overheads.push({ value: ours.whole - direct, beside: direct });
      switches.push({ value: ours.switched, beside: direct });
    }
    return [resultOf(FIGURES.overhead, overheads, []), resultOf(FIGURES.switched, switches, [])];
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop);
    await system.stop();
  }
}

/** Makes the group by the Compute API and takes it away again; answers the seconds until all of it was healthy. */
async function deployDirectly(scene: Scene, name: string): Promise<number> {
  const group: DirectGroup = {
    ...{ name, region: REGION, zones: ZONES, image: imageOf('good'), size: SIZE },
    ...{ service: SERVICE, port: PORT },
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
  const ended = new AbortController();
  const events = await scene.gate.events({ query: { types: 'ExecutionCompleted' } }, { signal: ended.signal });
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
  over.catch(() => undefined);
  try {
    const created = await newcomer(scene, serving);
    await lookUntil(`${created} is healthy`, async () => (await scene.healthy(created)).size === SIZE);
    const healthy = performance.now();
    await lookUntil(`${serving} is disabled`, async () => !(await scene.backends()).includes(serving));
    const disabled = performance.now();
    const end = await Promise.race([over, sleep(PATIENCE_MS, undefined, { ref: false })]);
    const execution = await scene.execution(id);
    if (end === undefined || execution.status !== 'SUCCEEDED')
      throw new Error(`The deploy of the bench is ${execution.status}: ${execution.reason?.summary ?? ''}`);
    if (tell) for (const line of profileOf(execution)) tell(line);
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
async function newcomer(scene: Scene, serving: string): Promise<string> {
  let found: string | undefined;
  await lookUntil(`a new server group of ${CLUSTER} is there`, async () => {
    found = (await scene.managers()).find((name) => name !== serving);
    return found !== undefined;
  });
  return found ?? '';
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

/** When each task of an execution began, and how long it took. */
function profileOf({ startTime = 0, stages }: ExecutionView): string[] {
  return stages.flatMap((stage) =>
    stage.tasks.map((task) => {
      const at = (task.startTime ?? startTime) - startTime;
      const took = (task.endTime ?? task.startTime ?? 0) - (task.startTime ?? 0);
      return `  ${String(at).padStart(6)} ms ${String(took).padStart(6)} ms  ${stage.name}: ${task.name}`;
    }),
  );
}
