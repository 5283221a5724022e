import { parseName } from '@gennaker/contracts/moniker';
import type { TrafficReport } from '@gennaker/contracts/traffic-report';
import type { SyntheticStage, TaskContext } from './stage.ts';

/** Whose traffic, and since when (and until when; absent: now), epoch milliseconds. */
export interface MeasuredTraffic {
  readonly account: string;
  readonly region: string;
  /** All server groups of a cluster, those that are gone too; or some by name. */
  readonly of: { readonly cluster: string } | { readonly serverGroups: readonly string[] };
  readonly from: number;
  readonly to?: number | undefined;
}

/** Reads what load balancers counted. @throws ServiceError as clouddriver's `readMeter`: 501 where the cloud counts nothing */
export function readTraffic(
  context: TaskContext<unknown>,
  { account, region, of, from, to }: MeasuredTraffic,
): Promise<TrafficReport> {
  const name = 'cluster' in of ? of.cluster : of.serverGroups[0];
  return context.ports.clouddriver.readMeter(
    {
      // A pipeline may change clusters of another application, as whose they are read then.
      params: { application: parseName(name ?? '')?.app ?? context.application },
      query: {
        account,
        region,
        from: Math.floor(from),
        ...(to === undefined ? {} : { to: Math.ceil(to) }),
        ...('cluster' in of ? { cluster: of.cluster } : { serverGroups: of.serverGroups.join(',') }),
      },
    },
    { signal: context.signal, traceparent: context.traceparent, identity: context.identity },
  );
}

/** What a report is about. */
export interface ReportedTraffic {
  readonly cloudProvider: string;
  readonly account: string;
  readonly region: string;
  readonly cluster: string;
  /** Since when, epoch milliseconds: the time at which the change began. */
  readonly from: number;
  /** What was changed, as in `During the deploy`. */
  readonly during: string;
}

/** How long a deploy waits for counters that come late, seconds: what is missing then can be read later. */
const PATIENCE_S = 15;

/** The stage that says what was answered during a deploy or a rollback; its outputs are `trafficReport` and `trafficSummary`. */
export function trafficReportStage({ account, ...more }: ReportedTraffic): SyntheticStage {
  return {
    type: 'trafficReport',
    name: 'Report traffic',
    context: { ...more, account, credentials: account, waitSeconds: PATIENCE_S },
  };
}

/** After-stages, and behind them all the report of traffic. Undefined: there is nothing to tell, as no load balancer is involved. */
export function withTrafficReport(
  stages: readonly SyntheticStage[],
  about: ReportedTraffic | undefined,
): SyntheticStage[] {
  if (!about) return [...stages];
  return [...stages, { ...trafficReportStage(about), after: stages.map((_, index) => index) }];
}
