import { ServiceError } from '@gennaker/contracts/error';
import type { TrafficReport } from '@gennaker/contracts/traffic-report';
import { readTraffic } from '@gennaker/extension-sdk/measure-traffic';
import { defineStage, type TaskDefinition, type TaskResult } from '@gennaker/extension-sdk/stage';
import { type TrafficReportStage, trafficReportStageSchema } from './schema.ts';

const TIMEOUT_MS = 2 * 60 * 60_000;
/** A service that is away comes back; anything else does not change by asking again. */
const PASSING: readonly number[] = [429, 503, 504];

const measureTraffic: TaskDefinition<TrafficReportStage> = {
  name: 'measureTraffic',
  timeoutMs: TIMEOUT_MS,
  onTimeout: 'FAILED_CONTINUE',
  async run(context): Promise<TaskResult> {
    const stage = context.context;
    const account = stage.credentials ?? stage.account;
    if (!account)
      throw new ServiceError(422, 'The stage names no account', { field: 'credentials', fix: 'choose an account' });
    // The window stays as it was when the stage began, however late the counters come.
    const to = stage.measuredTo ?? context.now;
    const from = stage.measuredFrom ?? Math.min(stage.from ?? to - stage.lookBackSeconds * 1_000, to - 1_000);
    const window = { measuredFrom: from, measuredTo: to };
    let report: TrafficReport;
    try {
      report = await readTraffic(context, { account, region: stage.region, of: { cluster: stage.cluster }, from, to });
    } catch (error) {
      // Numbers that cannot be had must not fail what they are about.
      if (context.signal.aborted || (error instanceof ServiceError && PASSING.includes(error.status))) throw error;
      const fix = error instanceof ServiceError ? error.details.fix : undefined;
      return {
        status: 'SUCCEEDED',
        reason: {
          summary: `There is no traffic report: ${error instanceof Error ? error.message : String(error)}`,
          ...(fix ? { next: fix } : {}),
        },
      };
    }
    const patience = to + stage.waitSeconds * 1_000;
    // The sample that the window ends in is over then, and shown.
    const shown = Math.ceil(to / report.resolutionMs) * report.resolutionMs + report.delayMs;
    if (!report.complete && context.now < patience)
      return {
        status: 'RUNNING',
        wakeAfterMs: Math.max(50, Math.min(patience, shown) - context.now),
        context: { ...window, trafficReport: report },
        reason: {
          summary: `So far ${report.summary}`,
          evidence: { delayMs: report.delayMs, to: report.to },
          next: `The cloud's counters come ${Math.ceil(report.delayMs / 1_000)} s late; the report is made when all are there`,
        },
      };
    const trafficSummary = told(stage, report);
    return {
      status: 'SUCCEEDED',
      context: window,
      outputs: { trafficReport: report, trafficSummary },
      reason: { summary: trafficSummary },
    };
  },
};

function told({ during }: TrafficReportStage, { summary, from, to, complete, delayMs }: TrafficReport): string {
  const when = during ? `During ${during}` : `Within ${Math.round((to - from) / 1_000)} s`;
  const late = complete ? '' : `, as far as can be seen yet: the cloud's counters come ${delayMs / 1_000} s late`;
  return `${when} ${summary}${late}`;
}

/** Says what load balancers answered during a window of time. */
export default defineStage({
  type: 'trafficReport',
  label: 'Traffic report',
  description: 'Says what load balancers answered by server group: requests, failures, latencies',
  schema: trafficReportStageSchema,
  examples: [
    {
      credentials: 'local-gce',
      region: 'us-central1',
      cluster: 'hello-prod',
      lookBackSeconds: 300,
    },
  ],
  tasks: () => [measureTraffic],
  runsInDryRun: true,
  // A measurement belongs to its time: a restart takes a new one.
  prepareForRestart: ({ context }) => {
    const { measuredFrom: _from, measuredTo: _to, trafficReport: _report, ...kept } = context;
    return { context: kept, outputs: {} };
  },
});
