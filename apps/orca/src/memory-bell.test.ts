import { bellSuite } from './bell-suite.fixture.ts';
import { MemoryBells } from './memory-bell.fixture.ts';

bellSuite('in memory', async () => {
  const bells = new MemoryBells();
  return {
    open: (listener) => bells.open(listener),
    setAway: async (away) => bells.setAway(away),
    drop: async () => undefined,
  };
});
