import { operationNamed } from '@gennaker/extension-sdk/cloud';
import type { JsonObject } from '@gennaker/extension-sdk/stage';
import { beforeAll, describe, expect, it } from 'vitest';
import { ConformanceWorld, simulatedWorlds } from './conformance.fixture.ts';
import { LOAD_BALANCER_SCENARIOS } from './conformance-load-balancers.fixture.ts';
import { AT, prepare, type Scenario, SCENARIOS } from './conformance-scenarios.fixture.ts';
import { type Beginning, resources } from './conformance-world.fixture.ts';

type Operation = Readonly<Record<string, JsonObject>>;

let prepared: Beginning;
beforeAll(async () => {
  prepared = await prepare(simulatedWorlds);
}, 60_000);

const REGION = AT.region;

/** What takes an operation back, asked before it; undefined: its results say it. */
async function inverseOf(world: ConformanceWorld, name: string, description: JsonObject) {
  const definition = operationNamed(world.cloud, name)?.definition;
  const parsed = definition?.schema.parse(description);
  const traffic = await world.traffic();
  return definition?.inverse?.(
    { application: 'hello', getTraffic: async (region, group) => traffic.get(`${region}/${group}`) ?? null },
    parsed as never,
  );
}

const groupsOf = async (world: ConformanceWorld) => {
  const names = Object.keys(world.model.lab.store.state.resources).flatMap(
    (path) => /instanceGroupManagers\/([^/]+)$/.exec(path)?.[1] ?? [],
  );
  return new Set(names);
};

/** Runs an operation; answers what takes it back. */
async function runAndInvert(world: ConformanceWorld, name: string, description: JsonObject, key: string) {
  const inverse = await inverseOf(world, name, description);
  const before = await groupsOf(world);
  const { ended } = await world.run(name, description, {}, key);
  expect(ended?.failure).toBeNull();
  await world.settle();
  if (inverse) return inverse;
  const [made] = [...(await groupsOf(world))].filter((group) => !before.has(group));
  const definition = operationNamed(world.cloud, name)?.definition;
  return definition?.inverseOfResults?.(definition.schema.parse(description) as never, [
    { serverGroupNameByRegion: { [REGION]: made ?? '' } },
  ]);
}

/** Runs operations in their order; answers what takes all of them back, in order. */
async function runAll(
  world: ConformanceWorld,
  operations: readonly Operation[],
  key: string,
): Promise<Operation[] | null> {
  const back: Operation[][] = [];
  let whole = true;
  for (const [index, operation] of operations.entries())
    for (const [name, description] of Object.entries(operation)) {
      const inverse = await runAndInvert(world, name, description, `${key} ${index}`);
      if (inverse && 'operations' in inverse) back.unshift([...inverse.operations]);
      else whole = false;
    }
  return whole ? back.flat() : null;
}

/**
 * What exists, but for descriptions, for names of templates and target pools, which are new with some changes, and for
 * which free address a rule got.
 */
async function stateOf(world: ConformanceWorld): Promise<[string, unknown][]> {
  const all = Object.entries(await resources(world, 'IPAddress', 'description'));
  const text = JSON.stringify(
    all
      .map(([path, value]): [string, unknown] => [path.replace(/instanceTemplates\/.*/, 'instanceTemplates/T'), value])
      .toSorted(([a], [b]) => (a < b ? -1 : 1)),
  );
  return JSON.parse(
    text
      .replaceAll('"enableCDN":false,', '')
      .replaceAll('net-tp-ip', 'net-tp')
      .replaceAll(/hello-prod-v00\d-(\d{8}|\*)/g, 'T'),
  );
}

/** Parts of load balancers that a change made stay when nothing uses them any more. */
const withoutUnused = (state: readonly [string, unknown][], before: readonly [string, unknown][]) =>
  state.filter(
    ([path]) =>
      before.some(([known]) => known === path) || !/\/(healthChecks|httpHealthChecks|backendServices)\//.test(path),
  );

/** What cannot be taken back, with a word of the reason that is told. */
const IMPOSSIBLE: Readonly<Record<string, string>> = {
  destroyServerGroup: 'deploy its image',
  updateLaunchConfig: 'cannot be taken from a template again',
  upsertLoadBalancer: 'had no certificate before',
};
/** Operations that say nothing: instances that were made anew stay so. */
const SILENT = new Set([
  'abandonAndDecrement',
  'detachInstances',
  'rebootInstances',
  'setStatefulDisk',
  'terminateInstances',
  'terminateInstanceAndDecrement',
]);

const scenarios = [...SCENARIOS, ...LOAD_BALANCER_SCENARIOS];

async function begin({ before, describe: descriptionOf }: Scenario) {
  const world = await ConformanceWorld.open(prepared);
  for (const [index, [name, description]] of (before ?? []).entries()) {
    const { ended } = await world.run(name, { ...AT, ...description }, {}, `before ${index}`);
    expect(ended?.failure).toBeNull();
    await world.settle();
  }
  return { world, description: { ...AT, ...descriptionOf(world) } };
}

describe('what takes an operation back, as it was recorded before the change', () => {
  it.each(scenarios.filter(({ operation }) => !SILENT.has(operation)))('$name', async (scenario) => {
    const { operation } = scenario;
    const { world, description } = await begin(scenario);
    const before = await stateOf(world);
    const inverse = await runAndInvert(world, operation, description, 'change');
    const after = await stateOf(world);
    if (!inverse || 'impossible' in inverse) {
      expect(inverse?.impossible).toContain(IMPOSSIBLE[operation]);
      return;
    }
    const again = await runAll(world, inverse.operations, 'undo');
    expect(withoutUnused(await stateOf(world), before)).toEqual(before);
    // An undo is a change like any other, and is taken back the same way.
    if (!again) return;
    await runAll(world, again, 'redo');
    expect(await stateOf(world)).toEqual(after);
  });
});
