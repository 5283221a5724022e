import fc from 'fast-check';
import { describe, it } from 'vitest';
import { expectUnharmed, playTrial, type Trial } from './strategy-trial.fixture.ts';
import type { Trouble } from './trial-trouble.fixture.ts';

/** Trials of each strategy; TRIALS asks for more. */
const RUNS = Number(process.env['TRIALS'] ?? 2);
/** Of the histories; TRIALS_SEED plays those of an earlier run again. */
const SEED = process.env['TRIALS_SEED'];
/** Of real time, ms, for each. */
const EACH_MS = 30_000;

const strategies: Readonly<Record<string, readonly Pick<Trial, 'description' | 'mayMiss' | 'inPlace'>[]>> = {
  redblack: [
    { description: { strategy: 'redblack' } },
    { description: { strategy: 'redblack', scaleDown: true, delayBeforeDisableSec: 20 } },
    { description: { strategy: 'redblack', maxRemainingAsgs: 2 } },
  ],
  highlander: [{ description: { strategy: 'highlander' } }],
  rollingredblack: [
    { description: { strategy: 'rollingredblack', targetPercentages: [25, 50] } },
    { description: { strategy: 'rollingredblack', targetPercentages: [50], scaleDown: true } },
  ],
  rolling: [
    { description: { strategy: 'rolling' } },
    { description: { strategy: 'rolling', maxSurge: 2, maxUnavailable: 1 }, mayMiss: 1 },
    { description: { strategy: 'rolling', maxSurge: '50%' } },
  ],
  canary: [
    { description: { strategy: 'canary', canary: { steps: [{ percentage: 20, waitSeconds: 15 }] } } },
    {
      description: {
        strategy: 'canary',
        canary: {
          by: 'instances',
          steps: [
            { percentage: 25, waitSeconds: 15 },
            { percentage: 50, waitSeconds: 15 },
          ],
        },
      },
    },
  ],
  rollingpush: [
    { description: { strategy: 'rollingpush' }, inPlace: { heals: true } },
    { description: { strategy: 'rollingpush', termination: { concurrentRelaunches: 5 } }, inPlace: { heals: true } },
  ],
  monitored: [{ description: { strategy: 'monitored', deploySteps: [25], analysisSeconds: 15 } }],
};

const after = fc.integer({ min: 0, max: 90 });
const trouble: fc.Arbitrary<Trouble> = fc.oneof(
  fc.record({
    kind: fc.constant('slow-answers' as const),
    after: fc.constant(0),
    seconds: fc.integer({ min: 1, max: 10 }),
  }),
  fc.record({ kind: fc.constant('clouddriver-crashes' as const), after }),
  fc.record({ kind: fc.constant('orca-crashes' as const), after }),
  fc.record({ kind: fc.constant('orca-crashes' as const), after }),
  fc.record({
    kind: fc.constant('operation-fails' as const),
    after,
    operationType: fc.constantFrom('insert' as const, 'patch' as const, 'delete' as const),
  }),
  fc.record({ kind: fc.constant('request-fails' as const), after, count: fc.integer({ min: 1, max: 3 }) }),
  fc.record({ kind: fc.constant('new-never-healthy' as const), after: fc.constant(0) }),
  fc.record({ kind: fc.constant('new-flaps' as const), after, seconds: fc.integer({ min: 3, max: 120 }) }),
  fc.record({ kind: fc.constant('slow-boot' as const), after, seconds: fc.integer({ min: 5, max: 300 }) }),
  fc.record({ kind: fc.constant('boot-fails' as const), after: fc.constant(0), count: fc.integer({ min: 1, max: 4 }) }),
  fc.record({ kind: fc.constant('new-answers-errors' as const), after }),
  fc.record({ kind: fc.constant('cancelled' as const), after }),
  fc.record({ kind: fc.constant('second-deploy' as const), after }),
  fc.record({
    kind: fc.constant('by-hand' as const),
    after,
    of: fc.constantFrom('old' as const, 'new' as const),
    deed: fc.constantFrom('disable' as const, 'destroy' as const, 'shrink' as const),
  }),
);

describe.each(Object.entries(strategies))('a %s deploy', (_strategy, forms) => {
  it(
    'ends, with what served before or with what replaces it, never with less than either, and holds nothing',
    async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.constantFrom(...forms),
          fc.integer({ min: 2, max: 5 }),
          fc.array(trouble, { maxLength: 3 }),
          async (form, size, troubles) => {
            const trial = { ...form, size, troubles };
            expectUnharmed(trial, await playTrial(trial));
          },
        ),
        { numRuns: RUNS, ...(SEED ? { seed: Number(SEED) } : {}) },
      );
    },
    RUNS * EACH_MS,
  );
});
