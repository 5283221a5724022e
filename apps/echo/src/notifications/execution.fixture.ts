import { type ExecutionEvent, type ExecutionView, executionViewSchema } from '@gennaker/contracts/execution';

export const AT = Date.UTC(2030, 0, 31, 12);

/** An execution of the pipeline Deploy of shop, with one stage. */
export function executionOf(
  changes: Record<string, unknown> = {},
  stage: Record<string, unknown> = {},
  context: Record<string, unknown> = {},
): ExecutionView {
  return executionViewSchema.parse({
    type: 'PIPELINE',
    id: '01E',
    application: 'shop',
    name: 'Deploy',
    status: 'RUNNING',
    buildTime: AT,
    startTime: AT,
    canceled: false,
    trigger: { type: 'manual', user: 'ada' },
    authentication: { user: 'ada' },
    stages: [
      {
        id: 'S1',
        refId: '1',
        requisiteStageRefIds: [],
        type: 'wait',
        name: 'Bake',
        status: 'RUNNING',
        context,
        outputs: {},
        tasks: [],
        ...stage,
      },
    ],
    ...changes,
  });
}

/** One of its events. */
export function eventOf(type: string, data: Record<string, unknown> = {}, sequence = 7): ExecutionEvent {
  return { cursor: String(sequence), executionId: '01E', application: 'shop', sequence, type, at: AT + 95_000, data };
}
