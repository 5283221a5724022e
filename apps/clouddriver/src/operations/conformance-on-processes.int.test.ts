import { afterAll, beforeAll, vi } from 'vitest';
import { testDatabase, type TestDatabase } from '@gennaker/fixtures/databases';
import { CHECKS } from './conformance-checks.fixture.ts';
import { SCENARIOS } from './conformance-scenarios.fixture.ts';
import { conform } from './conformance-suite.fixture.ts';
import { processWorlds, type ProcessWorlds } from './process-world.fixture.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 90_000 });

let database: TestDatabase;
let worlds: ProcessWorlds;
beforeAll(async () => {
  database = await testDatabase();
  worlds = await processWorlds({ databaseUrl: database.url, addresses: '127.120' });
});
afterAll(async () => {
  await worlds.close();
  await database.drop();
});

// All operations: npm run chaos -- operations --long.
conform(
  { open: (from) => worlds.open(from) },
  SCENARIOS.filter(({ name }) => name === 'resizeServerGroup'),
  CHECKS.filter(({ name }) => name.startsWith('does it once') || name.startsWith('killed at every')),
);
