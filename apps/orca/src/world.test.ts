import type { Ports } from '@gennaker/extension-sdk/ports';
import { systemClock } from '@gennaker/service/clock';
import { describe, expect, it } from 'vitest';
import { engineEnv, type World } from './world.ts';

const world: World = {
  clock: systemClock,
  definitions: new Map(),
  strategies: [],
  // Deciding asks no service for anything.
  ports: {} as Ports,
};

describe('what the engine decides with', () => {
  it('has the configured backoffs', () => {
    const backoffs = { atLeast: (provider?: string) => (provider === 'gce' ? 5_000 : 0), max: 60_000 };
    const env = engineEnv({ ...world, backoffs });
    expect([env.backoff?.('gce', 'local-gce'), env.backoff?.('other', undefined), env.maxBackoff]).toEqual([
      5_000, 0, 60_000,
    ]);
  });

  it('leaves the longest backoff to the engine where none is configured', () => {
    expect(engineEnv(world)).not.toHaveProperty('backoff');
    expect(engineEnv({ ...world, backoffs: { atLeast: () => 1 } })).not.toHaveProperty('maxBackoff');
  });
});
