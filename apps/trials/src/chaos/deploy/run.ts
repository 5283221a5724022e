import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { equal, type ReportRow } from '@gennaker/app-demo/report';
import { isComplete } from '@gennaker/contracts/status';
import { runningSystem, startSystem, type System } from '@gennaker/fixtures/system';
import { z } from 'zod';
import { leftovers, unsettled } from './aftermath.ts';
import { type DeployPlant, type DeployResult, deployResultSchema, nameOf, perform } from './perform.ts';
import { computeOf, Scene } from './scene.ts';
import { longSchedule, type PlannedDeploy, shortSchedule } from './schedule.ts';
import { makeImages } from './versions.ts';

/** How a run is made. */
export interface DeployChaosOptions {
  readonly long: boolean;
  readonly seed: number;
  readonly plant: DeployPlant | undefined;
  /** File that keeps what is done, so that a run goes on where it was ended. */
  readonly state: string | undefined;
  /** Number of the deploy to begin with, from 1; what the file knows of it and later ones is forgotten. */
  readonly from: number | undefined;
  /** Deploys of this part at most. */
  readonly count: number | undefined;
  /** Folder of a system that runs, with orca and clouddriver in processes of their own; absent: one is started. */
  readonly data: string | undefined;
  readonly offset: number;
  readonly say: (text: string) => void;
}

/** Something that a run was told and cannot work with, as a sentence. */
export class WrongOption extends Error {}

const stateSchema = z.object({ seed: z.number(), results: z.array(deployResultSchema) });

/** Requests a second, of all lanes together. */
const RATE = 300;
/** A fault that is planted shows with less. */
const PLANTED_RATE = 100;
const LONG_SIZE = 4;
const SHORT_SIZE = 2;

/** Deploys again and again under traffic and trouble; answers what was checked over all parts of the run. */
export async function deployChaos(options: DeployChaosOptions): Promise<ReportRow[]> {
  const { seed, say } = options;
  const schedule = options.plant ? [PLANTED] : options.long ? longSchedule(seed) : shortSchedule(seed);
  const results = await known(options, schedule.length);
  let left: string[] = [];
  const part = schedule.slice(results.length, results.length + (options.count ?? schedule.length));
  const planned = results.length + part.length;
  if (part.length > 0) {
    const system = options.data
      ? await systemOn(options.data)
      : await startSystem({ offset: options.offset, split: 'orca=1,clouddriver=1' });
    const stop = (): void => void system.stop().finally(() => process.exit(1));
    process.once('SIGINT', stop).once('SIGTERM', stop);
    try {
      left = await deployAll(system, part, options, async (result) => {
        results.push(result);
        say(line(results.length, schedule.length, result));
        if (options.state) {
          await mkdir(dirname(options.state), { recursive: true });
          await writeFile(options.state, JSON.stringify({ seed, results }, undefined, 1));
        }
      });
    } finally {
      process.off('SIGINT', stop).off('SIGTERM', stop);
      await system.stop();
    }
  }
  for (const problem of left) say(`NOT ${problem}`);
  return [...rowsOf(results, planned), equal('things left when everything is destroyed', left.length, 0)];
}

/** A system that runs already, whose orca and clouddriver can be killed alone. */
async function systemOn(data: string): Promise<System> {
  try {
    const system = await runningSystem(resolve(data));
    for (const name of ['orca-1', 'clouddriver-1']) await system.pidOf(name);
    return system;
  } catch (cause) {
    const problem = cause instanceof Error ? cause.message : String(cause);
    throw new WrongOption(`${problem} It has to run with "--split orca=1,clouddriver=1".`, { cause });
  }
}

/** What a plant is shown with. */
const PLANTED: PlannedDeploy = {
  strategy: 'redblack',
  version: 'good',
  trouble: 'nothing',
  victim: 'new',
  afterMs: 0,
};

/**
 * Results of earlier parts of the same run, none when that is complete.
 * @throws Error when the file is something else, or of a run with another seed
 */
async function known({ state, seed, from }: DeployChaosOptions, planned: number): Promise<DeployResult[]> {
  const text = state === undefined ? undefined : await readFile(state, 'utf8').catch(() => undefined);
  if (state === undefined || text === undefined) return [];
  const read = stateSchema.safeParse(parsed(text));
  if (!read.success)
    throw new WrongOption(`${state} is no state of deploys under trouble: name another file with --state.`);
  const { results } = read.data;
  if (read.data.seed !== seed)
    throw new WrongOption(`${state} is of a run with --seed ${read.data.seed}: give that seed, or another file.`);
  if (from !== undefined) return results.slice(0, from - 1);
  return results.length < planned ? results : [];
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Deploys one after the other in each of the lanes, which go on side by side; answers what is left when all is destroyed. */
async function deployAll(
  system: System,
  part: readonly PlannedDeploy[],
  options: DeployChaosOptions,
  done: (result: DeployResult) => Promise<void>,
): Promise<string[]> {
  const { plant, long, say } = options;
  await makeImages(computeOf(system), system.dataDir, ['good', ...part.map(({ version }) => version)]);
  const lanes = long ? 1 : part.length;
  const lane = async (index: number): Promise<string[]> => {
    const scene = await Scene.open(system, {
      stack: plant?.replace('-', '') ?? `lane${index + 1}`,
      size: long ? LONG_SIZE : SHORT_SIZE,
      rate: plant ? PLANTED_RATE : RATE / lanes,
      drains: plant !== 'no-draining',
      say,
    });
    let serving: string | undefined;
    for (const deploy of part.filter((_, at) => at % lanes === index)) {
      serving ??= await beginning(scene);
      say(`  ${new Date().toISOString()}  ${nameOf(deploy)}`);
      const performed = await perform(scene, deploy, serving, plant);
      serving = performed.serving;
      await done(performed.result);
    }
    return leftovers(scene, undefined);
  };
  return (await Promise.all(Array.from({ length: lanes }, (_, index) => lane(index)))).flat();
}

/** Lets a good version serve alone, whatever is there. */
export async function beginning(scene: Scene): Promise<string> {
  await leftovers(scene, undefined);
  const id = await scene.start('Beginning', [
    { type: 'deploy', name: 'Deploy', clusters: [scene.describe('good', {})] },
  ]);
  let execution = await scene.execution(id);
  for (; !isComplete(execution.status); execution = await scene.execution(id)) await sleep(200);
  const choices = (await scene.groups()).map(({ name }) => name);
  const { serving, problems } = await unsettled(scene, { size: scene.size, choices });
  if (serving === undefined || problems.length > 0)
    throw new Error(`The first version does not serve: ${execution.status}, ${problems.join('; ')}`);
  await scene.answers();
  return serving;
}

function line(index: number, of: number, result: DeployResult): string {
  const good =
    result.failed === 0 &&
    !result.wrongEnd &&
    !result.beyondShare &&
    !result.unexplained &&
    result.left.length + result.disagreements.length === 0;
  const parts = [
    `${String(index).padStart(3)}/${of} ${good ? 'ok' : 'NO'} ${result.what}: ${result.status} in ${result.seconds} s`,
    `${result.requests} requests, ${result.failed} failed, ${result.excused} at lost instances`,
    ...(result.bad > 0 ? [`${result.bad} of ${result.beside} by the bad version`] : []),
    result.trouble ?? 'it was over before its trouble came',
    ...(result.reason ? [result.reason] : []),
    ...[...result.left, ...result.disagreements].map((text) => `NOT ${text}`),
    ...(result.failed > 0 ? result.examples : []),
  ];
  return parts.join('\n        ');
}

function rowsOf(results: readonly DeployResult[], planned: number): ReportRow[] {
  const sum = (of: (result: DeployResult) => number): number => results.reduce((total, each) => total + of(each), 0);
  const count = (of: (result: DeployResult) => boolean): number => results.filter(of).length;
  const bad = results.filter((each) => each.isBad);
  const info = (metric: string, value: number | string, unit: string): ReportRow => ({
    metric,
    value,
    unit,
    of: '',
    ok: true,
  });
  return [
    equal('deploys', results.length, planned),
    equal(
      'troubles that came in time',
      count(({ trouble }) => trouble !== undefined),
      results.length,
    ),
    equal(
      'requests failed that no lost instance explains',
      sum(({ failed }) => failed),
      0,
    ),
    equal(
      'bad versions rolled back',
      count((each) => each.isBad && !each.wrongEnd),
      bad.length,
    ),
    equal(
      'bad versions that got more than their share',
      count(({ beyondShare }) => beyondShare),
      0,
    ),
    equal(
      'deploys of good versions that ended otherwise than they may',
      count((each) => !each.isBad && each.wrongEnd),
      0,
    ),
    equal(
      'deploys that left something or did not leave the rest as it was',
      count(({ left }) => left.length > 0),
      0,
    ),
    equal(
      'deploys whose requests client and load balancer counted differently',
      count(({ disagreements }) => disagreements.length > 0),
      0,
    ),
    {
      metric: 'longest time until a health check saw a lost instance',
      value: Math.max(0, ...results.map(({ slowestMark }) => slowestMark)),
      unit: 'ms',
      of: `<= ${MARK_MS}`,
      ok: results.every(({ slowestMark }) => slowestMark <= MARK_MS),
    },
    info(
      'requests',
      sum(({ requests }) => requests),
      '',
    ),
    info(
      'requests failed at lost instances',
      sum(({ excused }) => excused),
      '',
    ),
    info(
      'good versions deployed',
      count((each) => !each.isBad && each.status === 'SUCCEEDED'),
      `of ${results.length - bad.length}`,
    ),
    info(
      'time of all deploys',
      sum(({ seconds }) => seconds),
      's',
    ),
  ];
}

/** Two checks, each after a second, the second of patience of both, and what a busy machine adds. */
const MARK_MS = 10_000;
