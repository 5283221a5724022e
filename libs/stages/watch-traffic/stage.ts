import { ServiceError } from '@gennaker/contracts/error';
import type { TrafficReport } from '@gennaker/contracts/traffic-report';
import { judgeTraffic } from '@gennaker/extension-sdk/judge-traffic';
import { readTraffic } from '@gennaker/extension-sdk/measure-traffic';
import { defineStage, type TaskDefinition, type TaskResult } from '@gennaker/extension-sdk/stage';
import { type WatchTraffic, watchTrafficSchema } from './schema.ts';

const watchTraffic: TaskDefinition<WatchTraffic> = {
  name: 'watchTraffic',
  async run(context): Promise<TaskResult> {
    const stage = context.context;
    const account = stage.credentials ?? stage.account;
    if (!account)
      throw new ServiceError(422, 'The stage names no account', { field: 'credentials', fix: 'choose an account' });
    // What was before it belongs to other steps.
    const from = stage.watchedFrom ?? context.now;
    const end = from + stage.forSeconds * 1_000;
    if (context.now - from < 1_000)
      return {
        status: 'RUNNING',
        wakeAfterMs: 1_000,
        context: { watchedFrom: from },
        reason: { summary: 'It begins' },
      };
    let report: TrafficReport;
    try {
      const to = Math.min(end, context.now);
      report = await readTraffic(context, { account, region: stage.region, of: { cluster: stage.cluster }, from, to });
    } catch (error) {
      // A cloud that counts nothing will not do so later either.
      if (!(error instanceof ServiceError) || error.status !== 501) throw error;
      return {
        status: 'TERMINAL',
        reason: {
          summary: `Its traffic cannot be judged: ${error.message}`,
          ...(error.details.fix ? { next: error.details.fix } : {}),
        },
      };
    }
    const { verdict, reason } = judgeTraffic(report, stage.serverGroupName, stage.rules);
    const kept = { watchedFrom: from, trafficReport: report };
    if (verdict === 'bad') return { status: 'TERMINAL', context: kept, reason };
    const left = end - context.now;
    if (left > 0 || !report.complete)
      return {
        status: 'RUNNING',
        wakeAfterMs: left > 0 ? Math.min(left, stage.everySeconds * 1_000) : 1_000,
        context: kept,
        reason: {
          ...reason,
          next:
            left > 0
              ? `It is watched for ${Math.ceil(left / 1_000)} s more, and ends at once when it breaks its limits`
              : `The cloud shows its counters ${Math.ceil(report.delayMs / 1_000)} s late; the last of them are still to come`,
        },
      };
    const failed = verdict === 'undecided' && stage.whenUndecided === 'fail';
    return {
      status: failed ? 'TERMINAL' : 'SUCCEEDED',
      context: kept,
      outputs: { trafficReport: report },
      reason: failed
        ? { ...reason, next: 'send it more traffic, watch it longer, lower minRequests, or let whenUndecided be goOn' }
        : reason,
    };
  },
};

/** Watches what load balancers count of a server group for a while; the first broken rule fails it. */
export default defineStage({
  type: 'watchTraffic',
  label: 'Watch traffic',
  description: 'Watches the requests that a server group answers for a while; fails as soon as they break the rules',
  schema: watchTrafficSchema,
  examples: [
    {
      credentials: 'local-gce',
      region: 'us-central1',
      cluster: 'hello-prod',
      serverGroupName: 'hello-prod-v001',
      forSeconds: 60,
      rules: { maxFailureRatio: 0.01, minRequests: 20 },
    },
  ],
  tasks: () => [watchTraffic],
  // What is watched again is watched from now on.
  prepareForRestart: ({ context }) => {
    const { watchedFrom: _from, trafficReport: _report, ...kept } = context;
    return { context: kept, outputs: {} };
  },
});
