import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HELLO } from '@gennaker/app-demo/hello-application';
import { BuildFolder } from '@gennaker/app-demo/jenkins/build-folder';
import { type BuildServer, serveBuilds } from '@gennaker/app-demo/jenkins/build-server';
import { equal, type ReportRow } from '@gennaker/app-demo/report';
import { BUILD_SERVER_PORT } from '@gennaker/service/config';
import { startSystem, type System } from '@gennaker/fixtures/system';
import { type Delivery, deliver, type Fault } from './delivery.ts';
import { flushRedis, killTree } from './faults.ts';

/** One way to break a delivery. */
export interface Scenario {
  readonly name: string;
  readonly about: string;
  readonly split?: string;
  /** What is broken when; a fault may replace the system by one started again on its data. */
  readonly faults: readonly Fault[];
}

/** Faults that a run can be told to contain, so that its checks must see them. */
export const PLANTS = ['second-image', 'second-server-group'] as const;
export type Plant = (typeof PLANTS)[number];

const killServices =
  (name: string) =>
  async (system: System): Promise<System> => {
    await system.kill(name);
    return system;
  };
const flush = async (system: System): Promise<System> => {
  await flushRedis(system);
  return system;
};
/** Kills the supervisor with everything that it started, and starts again on the same data. */
const killAll = async (system: System): Promise<System> => {
  await killTree(system);
  await system.stop(true);
  return startSystem({ offset: system.offset, dataDir: system.dataDir });
};

/** The scenarios, in the order they run. */
export const SCENARIOS: readonly Scenario[] = [
  {
    name: 'bake',
    about: 'kill -9 of the services in the middle of the bake',
    faults: [{ stage: 'bake', do: killServices('services') }],
  },
  {
    name: 'deploy',
    about: 'kill -9 of the services in the middle of the deploy, Redis flushed right after',
    faults: [
      { stage: 'createServerGroup', do: killServices('services') },
      { stage: 'createServerGroup', do: flush },
    ],
  },
  {
    name: 'supervisor',
    about: 'kill -9 of the supervisor with all its children during the deploy, then a new start',
    faults: [{ stage: 'createServerGroup', do: killAll }],
  },
  {
    name: 'split',
    about: 'two orca processes: one is killed in the bake, the other in the deploy, Redis flushed in between',
    split: 'orca=2',
    faults: [
      { stage: 'bake', do: killServices('orca-1') },
      { stage: 'bake', do: flush },
      { stage: 'createServerGroup', do: killServices('orca-2') },
    ],
  },
];

/** Runs the scenarios, each on a system of its own, and counts what is lost or exists twice. */
export async function kills(
  scenarios: readonly Scenario[],
  offset: number,
  plant: Plant | undefined,
  say: (text: string) => void,
): Promise<ReportRow[]> {
  const rows: ReportRow[] = [];
  for (const scenario of scenarios) {
    say(`\n${scenario.name}: ${scenario.about}`);
    const builds = new BuildFolder(await mkdtemp(join(tmpdir(), 'gennaker-builds-')));
    const server: BuildServer = await serveBuilds(builds, BUILD_SERVER_PORT + offset);
    const system = await startSystem({ offset, ...(scenario.split ? { split: scenario.split } : {}) });
    let last = system;
    try {
      const delivery = await deliver({
        system,
        builds,
        faults: scenario.faults,
        plant,
        say,
        onSystem: (now) => (last = now),
      });
      rows.push(...rowsOf(scenario, delivery));
    } finally {
      await last.stop(true);
      await server.close();
      await rm(system.dataDir, { recursive: true, force: true });
    }
  }
  return rows;
}

function rowsOf({ name, faults }: Scenario, delivery: Delivery): ReportRow[] {
  const named = (metric: string): string => `${name}: ${metric}`;
  return [
    equal(named(`execution ${delivery.why}`.trim()), delivery.status, 'SUCCEEDED'),
    equal(named('faults that hit their stage'), delivery.faultsDone, faults.length),
    equal(named('images of build 1.1.0'), delivery.images, 1),
    equal(named('server groups left'), delivery.serverGroups.length, 1),
    equal(named('instances left'), delivery.instances, HELLO.instances),
    equal(named('executions of the build'), delivery.executions, 1),
    { metric: named('time'), value: Math.round(delivery.ms / 1000), unit: 's', of: '', ok: true },
  ];
}
