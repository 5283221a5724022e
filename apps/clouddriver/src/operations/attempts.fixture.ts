import type { JsonObject } from '@gennaker/extension-sdk/stage';
import { expect } from 'vitest';
import { ConformanceWorld } from './conformance.fixture.ts';
import { AT } from './conformance-scenarios.fixture.ts';
import type { Beginning } from './conformance-world.fixture.ts';

/** A world in which these operations have succeeded, and how each further one ends: its failure, or null. */
export async function attemptsAfter(beginning: Beginning, before: readonly (readonly [string, JsonObject])[]) {
  const world = await ConformanceWorld.open(beginning);
  let count = 0;
  const attempt = async (operation: string, description: JsonObject): Promise<string | null> => {
    const { ended } = await world.run(operation, { ...AT, ...description }, {}, `attempt ${count++}`);
    await world.settle();
    return ended?.failure?.summary ?? null;
  };
  for (const [operation, description] of before) expect(await attempt(operation, description)).toBeNull();
  return { world, attempt };
}
