import { ServiceError } from '@gennaker/contracts/error';
import { callOptions } from '@gennaker/extension-sdk/child-pipeline';
import { defineStage, type TaskContext, type TaskResult } from '@gennaker/extension-sdk/stage';
import { conditionSchema, type WaitForCondition, waitForConditionSchema } from './schema.ts';

const LOOK_MS = 15_000;
const PLACES = ['cluster', 'region', 'account'] as const;

/** Waits while the operators of the application have an active condition, such as a freeze. */
export default defineStage({
  type: 'waitForCondition',
  label: 'Wait for conditions',
  description: "Waits while one of the application's conditions is active",
  schema: waitForConditionSchema,
  examples: [{}, { cluster: 'hello-prod', region: 'us-central1', account: 'local-gce' }],
  canManuallySkip: true,
  runsInDryRun: true,
  tasks: () => [{ name: 'waitForCondition', run: look }],
  prepareForRestart: ({ context: { status: _status, ...context } }) => ({ context, outputs: {} }),
});

async function look(task: TaskContext<WaitForCondition>): Promise<TaskResult> {
  const { context } = task;
  if (context.status === 'SKIPPED') return { status: 'SUCCEEDED', reason: { summary: 'A person skipped the wait' } };
  let attributes: Record<string, unknown>;
  try {
    attributes = await task.ports.front50.getApplication(
      { params: { application: task.application } },
      callOptions(task),
    );
  } catch (error) {
    // It holds deployments back; what it cannot know holds nothing back.
    if (!(error instanceof ServiceError)) throw error;
    return {
      status: 'SUCCEEDED',
      context: { status: 'ERROR' },
      reason: { summary: `Goes on: the conditions of ${task.application} cannot be read (${error.message})` },
    };
  }
  const listed = Array.isArray(attributes['conditions']) ? attributes['conditions'] : [];
  const conditions = listed.flatMap((one) => {
    const parsed = conditionSchema.safeParse(one);
    return parsed.success && parsed.data.active && PLACES.every((key) => concerns(parsed.data[key], context[key]))
      ? [parsed.data]
      : [];
  });
  if (conditions.length === 0)
    return { status: 'SUCCEEDED', outputs: { conditions }, reason: { summary: 'No condition is active' } };
  return {
    status: 'RUNNING',
    context: { status: 'WAITING' },
    outputs: { conditions },
    wakeAfterMs: LOOK_MS,
    reason: {
      summary: `Waits while ${conditions.map(({ name, reason }) => `"${name}" is active${reason ? ` (${reason})` : ''}`).join(', ')}`,
      evidence: { conditions },
      next: 'goes on when the operators end it; {"status":"SKIPPED"} skips the wait',
    },
  };
}

function concerns(limit: string | undefined, mine: string | undefined): boolean {
  return limit === undefined || mine === undefined || limit === mine;
}
