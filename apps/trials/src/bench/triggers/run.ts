import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { eventAnswerSchema } from '@gennaker/contracts/echo';
import { SERVICE_NODE_FLAGS } from '@gennaker/service/node-flags';
import { quantile } from '../../closed-loop.ts';
import { startServiceProcesses } from '../../service-processes.ts';
import { makeWebhookPipelines, WEBHOOKS } from '../../webhook-pipelines.ts';
import { watchForeign } from '../cloudlab/foreign.ts';
import { printProfile } from '../engine/profile.ts';
import { type Figure, type Pair, type RowResult, resultOf } from '../engine/row.ts';
import { told } from '../told.ts';
import { WebhookLoad } from './webhook-load.ts';

/** How the bench of triggers is run. */
export interface TriggerBenchOptions {
  readonly rounds: number;
  readonly quick: boolean;
  /** Tells in place of the figures where the services' time goes. */
  readonly profile: boolean;
  readonly say: (text: string) => void;
}

const FLOOR = fileURLToPath(new URL('floor-process.ts', import.meta.url));
const IN_FLIGHT = 50;
const BESIDE = 'HTTP and a row alone';
/** Executions that were started go on for a while after the answer, s. */
const REST_SECONDS = 2;

const FIGURES: readonly Figure[] = [
  {
    ...{ metric: `webhooks that start an execution, ${IN_FLIGHT} in flight`, unit: '/s', of: BESIDE },
    ...{ better: 'more', bounds: 'value', reach: 50, aim: 300 },
  },
  ...(['p50', 'p99'] as const).map((share): Figure => ({
    ...{ metric: `answer at half of that rate, ${share}`, unit: 'ms', of: BESIDE },
    ...{ better: 'less', bounds: 'value', reach: 100, aim: share === 'p50' ? 20 : 50 },
  })),
];

/**
 * Measures how many webhooks a second start an execution each, and how soon they are answered when they come at half of
 * that rate, whether answers come or not; beside a server that does no more than store them.
 */
export async function runTriggerBench({ rounds, quick, profile, say }: TriggerBenchOptions): Promise<RowResult[]> {
  const folder = await mkdtemp(join(tmpdir(), 'gennaker-profile-'));
  const system = await startServiceProcesses({
    database: 'triggers',
    groups: [['front50', 'echo', 'orca', 'gate']],
    node: [...SERVICE_NODE_FLAGS, ...(profile ? ['--cpu-prof', `--cpu-prof-dir=${folder}`] : [])],
  });
  let floor: ChildProcess | undefined;
  const loads: WebhookLoad[] = [];
  try {
    await makeWebhookPipelines(system.url('gate'));
    const product = new WebhookLoad(system.url('gate'), started);
    loads.push(product);
    if (profile) {
      await product.capacity(quick ? 500 : 2_000, IN_FLIGHT);
      return [];
    }
    floor = spawn(process.execPath, [FLOOR, await system.servers.database('floor', false)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const port = await told(floor, /ready (\d+)\n/);
    const bare = new WebhookLoad(`http://127.0.0.1:${port}`, (answer) => answer === '{"fresh":true}');
    loads.push(bare);
    const [count, seconds] = quick ? [300, 4] : [1_500, 15];
    // Neither is measured before its code is warm.
    await product.capacity(count, IN_FLIGHT);
    await bare.capacity(count, IN_FLIGHT);
    const measured: { readonly pairs: readonly Pair[]; readonly foreign: number }[] = [];
    for (let round = 1; round <= rounds; round++) {
      const usedByOthers = await watchForeign();
      const capacity = await product.capacity(count, IN_FLIGHT);
      await sleep(REST_SECONDS * 1_000);
      const floorCapacity = await bare.capacity(count * 4, IN_FLIGHT);
      const ours = await product.latencies(capacity / 2, seconds);
      await sleep(REST_SECONDS * 1_000);
      const floors = await bare.latencies(capacity / 2, seconds);
      const pairs = [
        { value: capacity, beside: floorCapacity },
        ...[0.5, 0.99].map((share) => ({ value: quantile(ours, share), beside: quantile(floors, share) })),
      ];
      const foreign = await usedByOthers();
      measured.push({ pairs, foreign });
      const [all, half, most] = pairs;
      say(
        `round ${round}  ${all?.value.toFixed(0)} webhooks a second beside ${all?.beside.toFixed(0)}; at half of that ` +
          `${half?.value.toFixed(1)} ms and p99 ${most?.value.toFixed(1)} ms beside ${half?.beside.toFixed(1)} and ${most?.beside.toFixed(1)}`,
      );
    }
    return FIGURES.map((figure, index) =>
      resultOf(
        figure,
        measured.flatMap(({ pairs }) => pairs[index] ?? []),
        measured.map(({ foreign }) => foreign),
      ),
    );
  } finally {
    for (const load of loads) await load.close();
    if (floor) await ended(floor);
    await system.stop();
    if (profile) await tell(folder, say);
    await rm(folder, { recursive: true, force: true });
  }
}

/** An answer names the execution that it started. */
function started(answer: string): boolean {
  const { matches } = eventAnswerSchema.parse(JSON.parse(answer));
  return matches.some(({ pipeline, executionId }) => pipeline === WEBHOOKS.started && executionId !== undefined);
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  await gone;
}

/** Tells of the biggest profile in a folder: threads beside the main one have their own. */
async function tell(folder: string, say: (text: string) => void): Promise<void> {
  const texts = await Promise.all((await readdir(folder)).map((file) => readFile(join(folder, file), 'utf8')));
  const [main] = texts.sort((a, b) => b.length - a.length);
  if (main !== undefined) printProfile(main, say);
}
