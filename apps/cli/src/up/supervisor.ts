import { existsSync } from 'node:fs';
import { access, constants, mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { migrate } from '@gennaker/store/migrate';
import { baseImages, checkBaseImages, deckBuild } from './build.ts';
import { type Databases, serviceEnvironment } from './environment.ts';
import { endHelpers, runHelper } from './helper.ts';
import { installTools } from './install-tools.ts';
import type { Layout } from './layout.ts';
import { claimPorts, endLeftovers, stopRank, sweep } from './leftovers.ts';
import { ManagedProcess, type ProcessSpec } from './managed-process.ts';
import type { Progress } from './progress.ts';
import { openSecrets, type Secrets } from './secrets.ts';
import { reasonOf, Sentence } from './sentence.ts';
import {
  cloudlabSpec,
  databasesOf,
  initialisePostgres,
  postgresSpec,
  redisSpec,
  runFolder,
  serviceSpecs,
} from './specs.ts';
import { releaseFolder, takeFolder, writeRecord } from './system-record.ts';
import { missingTools, pathWith, tools } from './tools.ts';

/** Starts a whole system in the right order, keeps it running, and stops it. */
export class Supervisor {
  private readonly layout: Layout;
  private readonly progress: Progress;
  private readonly processes: ManagedProcess[] = [];
  private taken = false;
  private stopped: Promise<void> | undefined;

  constructor(layout: Layout, progress: Progress) {
    this.layout = layout;
    this.progress = progress;
  }

  /** Brings everything up and resolves when all addresses answer. Throws a sentence when something cannot be. */
  async start(): Promise<void> {
    const { layout, progress } = this;
    await prepareFolder(layout);
    takeFolder(layout);
    this.taken = true;
    await ensureTools(layout, progress);
    await checkBaseImages(layout);
    const secrets = await openSecrets(layout.data);
    const databases = databasesOf(layout, secrets);
    if (!layout.external.database) {
      await progress.step('PostgreSQL prepared', () => initialisePostgres(layout, secrets.postgres));
    }
    const plan = await this.plan(secrets, databases);
    await this.clearTheWay(plan);

    const postgres = plan.filter(({ name }) => name === 'postgres');
    const redis = plan.filter(({ name }) => name === 'redis');
    const cloudlab = plan.filter(({ name }) => name === 'cloudlab');
    const services = plan.filter(({ name }) => stopRank(name) === 0);
    const build = await deckBuild(layout);
    // The first error is thrown at once; the caller stops what the others started.
    await Promise.all([
      this.startAll(postgres).then(() => this.migrate(databases)),
      this.startAll(redis),
      progress
        .step('Base images of the local cloud', (detail) => baseImages(layout, detail))
        .then(() => this.startAll(cloudlab)),
      build ? progress.step('Building deck', build) : undefined,
    ]);
    await Promise.all(services.map((spec) => this.startAll([spec])));
    await this.seed(databases);
    writeRecord(layout, true);
  }

  /** Stops services, then cloudlab, Redis and PostgreSQL, then whatever still carries our marker. Data stays. */
  stop(): Promise<void> {
    this.stopped ??= this.stopAll();
    return this.stopped;
  }

  /** Ends everything at once; the next start recovers. */
  kill(): void {
    for (const one of this.processes) one.kill();
  }

  private async stopAll(): Promise<void> {
    endHelpers();
    const ranks = [...new Set(this.processes.map(({ spec }) => stopRank(spec.name)))].sort((a, b) => a - b);
    for (const rank of ranks) {
      const together = this.processes.filter(({ spec }) => stopRank(spec.name) === rank);
      const names = together.filter((one) => one.alive).map(({ spec }) => spec.name);
      const work = (): Promise<unknown> => Promise.all(together.map((one) => one.stop()));
      if (names.length > 0) await this.progress.step(`Stopped ${names.join(', ')}`, work);
      else await work();
    }
    if (!this.taken) return;
    const left = await sweep(this.layout);
    if (left.length > 0)
      this.progress.say(`Ended what was left over: ${left.map((one) => one.slice(0, 80)).join('; ')}`);
    releaseFolder(this.layout);
  }

  private async plan(secrets: Secrets, databases: Databases): Promise<ProcessSpec[]> {
    const { layout } = this;
    return [
      ...(layout.external.database ? [] : [await postgresSpec(layout, secrets.postgres)]),
      ...(layout.external.redis ? [] : [await redisSpec(layout, secrets.redis)]),
      await cloudlabSpec(layout),
      ...serviceSpecs(layout, databases),
    ];
  }

  /** Ends what an earlier supervisor left and cannot be kept; then every port that is still to be bound must be free. */
  private async clearTheWay(plan: ProcessSpec[]): Promise<void> {
    const { layout } = this;
    for (const spec of plan) this.processes.push(new ManagedProcess(spec, (text) => this.progress.say(text)));
    const kept = new Set(this.processes.filter((one) => one.adoptable()).map(({ spec }) => spec.name));
    const ended = await endLeftovers(layout, kept);
    if (ended.length > 0) this.progress.say(`  Ended what an earlier start had left: ${ended.join(', ')}`);
    const planned = new Set(plan.map(({ name }) => name));
    const wanted = Object.entries(layout.ports).filter(([name]) => {
      const owner = planned.has(name) ? name : layout.split.has(name as never) ? `${name}-1` : 'services';
      const external = (name === 'postgres' || name === 'redis') && !planned.has(name);
      return !external && !kept.has(owner);
    });
    await claimPorts(layout, wanted);
  }

  private async startAll(specs: ProcessSpec[]): Promise<void> {
    for (const spec of specs) {
      const one = this.processes.find((candidate) => candidate.spec === spec);
      if (!one) continue;
      const kept = one.adoptable() !== undefined;
      await this.progress.step(kept ? `${titleOf(spec, this.layout)}, still running` : titleOf(spec, this.layout), () =>
        one.start(),
      );
    }
  }

  private async migrate(databases: Databases): Promise<void> {
    await this.progress.step('Database migrations', async (detail) => {
      try {
        await migrate(databases.databaseUrl, ({ name }) => detail(name));
      } catch (error) {
        throw new Sentence(reasonOf(error), { cause: error });
      }
    });
  }

  /** The demo's beginnings, when this repository has a demo; a failure is told and nothing else depends on it. */
  private async seed(databases: Databases): Promise<void> {
    const script = join(this.layout.root, 'apps/demo/src/seed.ts');
    if (!existsSync(script)) return;
    const env = serviceEnvironment(this.layout, databases, 'seed');
    try {
      await this.progress.step('Demo seeded', (detail) =>
        runHelper(process.execPath, [script], { env, onLine: detail }),
      );
    } catch (error) {
      this.progress.say(`The demo could not be seeded; everything else works:\n${reasonOf(error)}`);
    }
  }
}

function titleOf(spec: ProcessSpec, layout: Layout): string {
  if (spec.name === 'postgres') return `PostgreSQL on port ${layout.ports.postgres}`;
  if (spec.name === 'redis') return `Redis on port ${layout.ports.redis}`;
  if (spec.name === 'cloudlab') return `cloudlab on port ${layout.ports.cloudlab}`;
  return spec.name === 'services' ? 'Services' : `Service ${spec.name}`;
}

async function prepareFolder(layout: Layout): Promise<void> {
  try {
    await mkdir(layout.data, { recursive: true, mode: 0o700 });
    for (const name of ['run', 'logs']) await mkdir(join(layout.data, name), { recursive: true });
    await access(runFolder(layout), constants.W_OK);
    if (!(await stat(layout.data)).isDirectory()) throw new Error('it is no folder');
  } catch (error) {
    throw new Sentence(
      `The data folder ${layout.data} cannot be used (${reasonOf(error)}): make it writable, or name another with --data DIR.`,
      { cause: error },
    );
  }
}

/** Installs what is missing of the programs that a running system needs. */
export async function ensureTools(layout: Layout, progress: Progress, wanted = tools): Promise<void> {
  const path = pathWith(layout.home, process.env['PATH']);
  const missing = missingTools(wanted, path);
  if (missing.length > 0) {
    const names = missing.map((tool) => tool.command).join(', ');
    await progress.step(`Installing ${names}`, (detail) => installTools(missing, layout.home, path, detail));
  }
  process.env['PATH'] = path;
}
