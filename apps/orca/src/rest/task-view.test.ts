import { executionViewSchema } from '@gennaker/contracts/execution';
import { expect, it } from 'vitest';
import { taskView } from './task-view.ts';

it('shows an orchestration as a task: steps, and contexts with outputs as variables', () => {
  const execution = executionViewSchema.parse({
    type: 'ORCHESTRATION',
    id: 'e1',
    application: 'hello',
    name: 'Enable hello',
    status: 'RUNNING',
    buildTime: 100,
    canceled: false,
    trigger: { type: 'manual' },
    stages: [
      {
        id: 's1',
        refId: '1',
        requisiteStageRefIds: [],
        type: 'enableServerGroup',
        name: 'Enable',
        status: 'RUNNING',
        context: { asgName: 'hello-v000' },
        outputs: { done: true },
        tasks: [{ id: '1', name: 'enable', implementingClass: 'enable', status: 'RUNNING' }],
      },
    ],
  });
  expect(taskView(execution)).toMatchObject({
    id: 'e1',
    name: 'Enable hello',
    status: 'RUNNING',
    steps: [{ name: 'enable', status: 'RUNNING' }],
    variables: [
      { key: 'asgName', value: 'hello-v000' },
      { key: 'done', value: true },
    ],
    buildTime: 100,
  });
});
