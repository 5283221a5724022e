import { defineStage } from '@gennaker/extension-sdk/stage';
import { waitSchema } from './schema.ts';

/** Waits for some seconds; a person may skip the rest (`skipRemainingWait`). */
export default defineStage({
  type: 'wait',
  label: 'Wait',
  description: 'Waits for a time',
  schema: waitSchema,
  examples: [{ waitTime: 30 }, { waitTime: '5', skipWaitText: 'Are you sure?' }],
  canManuallySkip: true,
  runsInDryRun: true,
  tasks: () => [
    {
      name: 'wait',
      run: async ({ context, now, taskStartTime }) => {
        if (context.skipRemainingWait)
          return { status: 'SUCCEEDED', reason: { summary: 'A person skipped the rest of the wait' } };
        const until = taskStartTime + context.waitTime * 1000;
        if (now >= until) return { status: 'SUCCEEDED' };
        return {
          status: 'RUNNING',
          wakeAfterMs: until - now,
          exact: true,
          reason: {
            summary: `Waits until ${new Date(until).toISOString()}`,
            evidence: { until, waitTime: context.waitTime },
            next: 'goes on by itself; the rest of the wait can be skipped',
          },
        };
      },
    },
  ],
});
