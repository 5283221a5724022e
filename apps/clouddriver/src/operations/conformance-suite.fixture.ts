import { beforeAll, describe, test } from 'vitest';
import { CHECKS, Trial } from './conformance-checks.fixture.ts';
import { prepare, type Scenario } from './conformance-scenarios.fixture.ts';
import type { Beginning, Worlds } from './conformance-world.fixture.ts';

/** Tests what the provider promises of the operations of these scenarios. */
export function conform(worlds: Worlds, scenarios: readonly Scenario[], checks = CHECKS): void {
  let beginning: Beginning;
  beforeAll(async () => {
    beginning = await prepare(worlds);
  }, 60_000);

  describe.each(scenarios)('$name', (scenario) => {
    let trial: Trial;
    beforeAll(() => {
      trial = new Trial(worlds, beginning, scenario);
    });
    test.each(checks.filter(({ undoable }) => !undoable || scenario.undoable !== false))(
      '$name',
      ({ run }) => run(trial),
      120_000,
    );
  });
}
