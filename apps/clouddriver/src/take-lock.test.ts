import { ServiceError } from '@gennaker/contracts/error';
import { executionViewSchema } from '@gennaker/contracts/execution';
import { expect, test } from 'vitest';
import { askOrca } from './take-lock.ts';

const orca = (status: string, stageStatus: string) => ({
  getExecution: async () =>
    executionViewSchema.parse({
      id: 'E',
      type: 'PIPELINE',
      application: 'hello',
      name: 'deploy',
      status,
      buildTime: 0,
      canceled: false,
      trigger: { type: 'manual' },
      authentication: { user: 'somebody', allowedAccounts: [] },
      stages: [
        {
          id: 'S',
          refId: '1',
          requisiteStageRefIds: [],
          type: 'deploy',
          name: 'Deploy',
          status: stageStatus,
          context: {},
          outputs: {},
          tasks: [],
        },
      ],
    }),
});
const failing = (status: number) => ({ getExecution: () => Promise.reject(new ServiceError(status, 'no')) });

test('a lock is kept for a stage that runs or is paused, however long it waits', async () => {
  expect(await askOrca(orca('RUNNING', 'RUNNING'))('E/S')).toBe(true);
  expect(await askOrca(orca('PAUSED', 'PAUSED'))('E/S')).toBe(true);
});

test('it is given on when the stage or its execution has ended, or is not known', async () => {
  expect(await askOrca(orca('RUNNING', 'SUCCEEDED'))('E/S')).toBe(false);
  expect(await askOrca(orca('CANCELED', 'RUNNING'))('E/S')).toBe(false);
  expect(await askOrca(orca('RUNNING', 'RUNNING'))('E/other')).toBe(false);
  expect(await askOrca(failing(404))('E/S')).toBe(false);
  expect(await askOrca(failing(404))('operation 17')).toBe(false);
});

test('it is kept while nobody can say', async () => {
  expect(await askOrca(failing(503))('E/S')).toBe(true);
});
