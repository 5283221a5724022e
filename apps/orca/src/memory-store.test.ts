import { beforeEach } from 'vitest';
import { MemoryStore } from './memory-store.fixture.ts';
import { type EngineStore, storeSuite, SUITE_LEASE_MS } from './store-suite.fixture.ts';

let store: EngineStore;
beforeEach(() => {
  store = new MemoryStore(SUITE_LEASE_MS);
});

storeSuite('in memory', () => store);
