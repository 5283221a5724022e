import { equal, type ReportRow } from '@gennaker/app-demo/report';
import { CHECKS, Trial } from '../../../clouddriver/src/operations/conformance-checks.fixture.ts';
import { LOAD_BALANCER_SCENARIOS } from '../../../clouddriver/src/operations/conformance-load-balancers.fixture.ts';
import { prepare, SCENARIOS } from '../../../clouddriver/src/operations/conformance-scenarios.fixture.ts';
import { processWorlds } from '../../../clouddriver/src/operations/process-world.fixture.ts';
import { startTrialServers } from '../servers.ts';
import { tellFailure } from './tell-failure.ts';

/** Every operation of the provider, in every way that is tried. */
export const OPERATION_SCENARIOS = [...SCENARIOS, ...LOAD_BALANCER_SCENARIOS];

/** What a run takes that is not told which scenarios: one for each kind of step. */
const FEW = ['createServerGroup with everything', 'updateLaunchConfig', 'destroyServerGroup'];

interface Options {
  /** All scenarios rather than a few. */
  readonly long: boolean;
  /** Operations or scenarios by name. */
  readonly only: readonly string[] | undefined;
  say(text: string): void;
}

/** The scenarios of a run. */
export function chosenScenarios({ long, only }: Pick<Options, 'long' | 'only'>) {
  return OPERATION_SCENARIOS.filter(({ name, operation }) =>
    only ? only.includes(operation) || only.includes(name) : long || FEW.includes(name),
  );
}

/** What names no operation and no scenario. */
export function unknownScenarios(only: readonly string[] | undefined): string[] {
  const known = new Set(OPERATION_SCENARIOS.flatMap(({ name, operation }) => [name, operation]));
  return (only ?? []).filter((name) => !known.has(name));
}

/**
 * Tries the provider's conformance on real instances, against clouddrivers that are processes of their own and are
 * killed at every write of their journal and in every change.
 */
export async function operationsChaos(options: Options): Promise<ReportRow[]> {
  const { say } = options;
  const scenarios = chosenScenarios(options);
  const checks = CHECKS.filter(({ worlds }) => worlds === 'one');
  const passed = new Map(checks.map(({ name }) => [name, { passed: 0, of: 0 }]));
  const servers = await startTrialServers();
  const worlds = await processWorlds({ databaseUrl: await servers.database('operations'), addresses: '127.121' });
  const began = performance.now();
  const failed: string[] = [];
  try {
    const beginning = await prepare(worlds);
    for (const [index, scenario] of scenarios.entries()) {
      const trial = new Trial(worlds, beginning, scenario);
      const before = { at: performance.now(), kills: worlds.kills };
      let failures = 0;
      for (const { name, run } of checks.filter(({ undoable }) => !undoable || scenario.undoable !== false)) {
        const count = passed.get(name) ?? { passed: 0, of: 0 };
        try {
          await run(trial);
          count.passed++;
        } catch (error) {
          failures++;
          say(`  NO ${scenario.name}: ${name}\n${tellFailure(error)}`);
        }
        count.of++;
        passed.set(name, count);
      }
      if (failures > 0) failed.push(scenario.name);
      const took = `${Math.round((performance.now() - before.at) / 1_000)} s, ${worlds.kills - before.kills} kills`;
      say(`${index + 1}/${scenarios.length} ${failures === 0 ? 'ok' : 'NO'} ${scenario.name} (${took})`);
    }
    if (failed.length > 0) say(`To try again what failed: npm run chaos -- operations --only "${failed.join(',')}"`);
    return [
      ...[...passed].map(([name, count]) => equal(name, count.passed, count.of, 'scenarios')),
      { metric: 'processes killed by kill -9', value: worlds.kills, unit: '', of: '', ok: worlds.kills > 0 },
      { metric: 'time', value: Math.round((performance.now() - began) / 1_000), unit: 's', of: '', ok: true },
    ];
  } finally {
    await worlds.close();
    await servers.stop();
  }
}
