import { defineStage } from '@gennaker/extension-sdk/stage';
import { waitUntilSchema } from './schema.ts';

/** Waits for a moment; a person may skip the rest (`skipRemainingWait`). A moment that is over lets it go on at once. */
export default defineStage({
  type: 'waitUntil',
  label: 'Wait until',
  description: 'Waits for a moment',
  schema: waitUntilSchema,
  examples: [{ epochMillis: 1_700_000_000_000 }, { epochMillis: '1700000000000' }],
  canManuallySkip: true,
  runsInDryRun: true,
  tasks: () => [
    {
      name: 'waitUntil',
      run: async ({ context, now, stage }) => {
        const { epochMillis: until } = context;
        const started = { startTime: stage.startTime };
        const at = new Date(until).toISOString();
        if (context.skipRemainingWait)
          return {
            status: 'SUCCEEDED',
            context: started,
            reason: { summary: `A person skipped the rest of the wait until ${at}` },
          };
        if (now >= until) return { status: 'SUCCEEDED', context: started };
        return {
          status: 'RUNNING',
          context: started,
          wakeAfterMs: until - now,
          exact: true,
          reason: {
            summary: `Waits until ${at}`,
            evidence: { until },
            next: 'goes on by itself; the rest of the wait can be skipped',
          },
        };
      },
    },
  ],
});
