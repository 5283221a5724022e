import { ServiceError } from '@gennaker/contracts/error';
import type { TrafficReport } from '@gennaker/contracts/traffic-report';
import { judgeTraffic } from '@gennaker/extension-sdk/judge-traffic';
import { readTraffic } from '@gennaker/extension-sdk/measure-traffic';
import { defineStage, type TaskContext, type TaskDefinition, type TaskResult } from '@gennaker/extension-sdk/stage';
import { type TrafficReportStage, trafficReportStageSchema } from './schema.ts';

const TIMEOUT_MS = 2 * 60 * 60_000;

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
      if (!(error instanceof ServiceError) || (error.status !== 501 && error.status !== 502)) throw error;
      return withoutNumbers(context, error);
    }
    if (!report.complete && context.now < to + stage.waitSeconds * 1_000)
      return {
        status: 'RUNNING',
        wakeAfterMs: Math.max(250, to + report.resolutionMs + report.delayMs - context.now),
        context: { ...window, trafficReport: report },
        reason: {
          summary: `So far ${report.summary}`,
          evidence: { delayMs: report.delayMs, to: report.to },
          next: `The cloud's counters come ${Math.ceil(report.delayMs / 1_000)} s late; the report is made when all are there`,
        },
      };
    const trafficSummary = told(stage, report);
    return {
      ...judged(stage, report, trafficSummary),
      context: window,
      outputs: { trafficReport: report, trafficSummary },
    };
  },
};

/** No meter, or none that answers: the report is missing, and nothing is judged. */
function withoutNumbers({ context, now }: TaskContext<TrafficReportStage>, error: ServiceError): TaskResult {
  const reason = {
    summary: `There is no traffic report: ${error.message}`,
    evidence: { at: now },
    ...(error.details.fix ? { next: error.details.fix } : {}),
  };
  return { status: context.rules ? 'TERMINAL' : 'SUCCEEDED', reason };
}

function told({ during }: TrafficReportStage, { summary, from, to, complete, delayMs }: TrafficReport): string {
  const when = during ? `During ${during}` : `Within ${Math.round((to - from) / 1_000)} s`;
  const late = complete ? '' : `, as far as can be seen yet: the cloud's counters come ${delayMs / 1_000} s late`;
  return `${when} ${summary}${late}`;
}

function judged(
  stage: TrafficReportStage,
  report: TrafficReport,
  summary: string,
): Pick<TaskResult, 'status' | 'reason'> {
  if (!stage.rules) return { status: 'SUCCEEDED', reason: { summary } };
  const subject =
    stage.serverGroupName ?? report.serverGroups.find(({ requests }) => requests > 0)?.serverGroup ?? stage.cluster;
  const { verdict, reason } = judgeTraffic(report, subject, stage.rules);
  const failed = verdict === 'bad' || (verdict === 'undecided' && stage.failWhenUndecided);
  return { status: failed ? 'TERMINAL' : 'SUCCEEDED', reason: { ...reason, summary: `${reason.summary}. ${summary}` } };
}

/** Says what load balancers answered during a window of time, and fails when it breaks the rules. */
export default defineStage({
  type: 'trafficReport',
  label: 'Traffic report',
  description: 'Says what load balancers answered by server group: requests, failures, latencies; may judge it',
  schema: trafficReportStageSchema,
  examples: [
    {
      credentials: 'local-gce',
      region: 'us-central1',
      cluster: 'hello-prod',
      lookBackSeconds: 300,
      rules: { maxFailureRatio: 0.01, maxP99Ms: 500, minRequests: 100 },
    },
  ],
  tasks: () => [measureTraffic],
  // A measurement belongs to its time: a restart takes a new one.
  prepareForRestart: ({ context }) => {
    const { measuredFrom: _from, measuredTo: _to, trafficReport: _report, ...kept } = context;
    return { context: kept, outputs: {} };
  },
});
