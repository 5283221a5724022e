import type { StageView } from '@gennaker/contracts/execution';
import { clusterName, parseName } from '@gennaker/contracts/moniker';
import { type TrafficReport, trafficReportSchema } from '@gennaker/contracts/traffic-report';
import { type TrafficWindow, useLiveData } from './live-data.tsx';
import { Note } from './panels.tsx';
import type { StageDetailsProps } from './stage-ui.tsx';
import { object, strings, text } from './stage-ui.tsx';
import { TrafficChart } from './traffic-chart.tsx';

/** What a stage tells of traffic: the report that it made, or the window that can be asked about. */
interface Told {
  readonly window: TrafficWindow;
  readonly report?: TrafficReport;
  /** The sentence of the report. */
  readonly sentence?: string;
}

/** Traffic by version while a stage changed server groups: live while it runs, then as its report says. */
export function StageTraffic({ execution, stage, children }: StageDetailsProps) {
  return toldBy([stage, ...children], execution.application).map((told) => (
    <ClusterTraffic key={`${told.window.account}/${told.window.region}/${told.window.cluster}`} told={told} />
  ));
}

function ClusterTraffic({ told }: { readonly told: Told }) {
  const { window, report: stored, sentence } = told;
  const { report, problem } = useLiveData().useTraffic(stored?.complete ? undefined : window);
  const shown = report ?? stored;
  const title = `Traffic of ${window.cluster} in ${window.region}`;
  return (
    <section className="gk-traffic-section" aria-label={title}>
      <h4 className="gk-section-title">{title}</h4>
      {shown ? (
        <p className="gk-traffic-sentence">{stored?.complete ? (sentence ?? stored.summary) : shown.summary}</p>
      ) : null}
      {shown ? <TrafficChart report={shown} /> : null}
      {shown && !shown.complete ? <p className="gk-muted">{lateness(shown)}</p> : null}
      {!shown && problem ? <Note look="system" title="Its traffic is not known" why={problem} /> : null}
    </section>
  );
}

function lateness({ resolutionMs, delayMs }: TrafficReport): string {
  const late = delayMs === 0 ? 'as soon as it is over' : `some ${delayMs / 1_000} s later`;
  return `Counted every ${resolutionMs / 1_000} s and shown ${late}.`;
}

/** One for each cluster: a final report, else the stage that made the group, else what was watched for a judgment. */
function toldBy(stages: readonly StageView[], application: string): Told[] {
  const found = new Map<string, Told>();
  for (const told of [
    ...stages.flatMap((each) => reportOf(each, 'trafficReport')),
    ...stages.flatMap(deployOf),
    ...stages.flatMap((each) => reportOf(each, 'watchTraffic')),
  ]) {
    const { account, region, cluster } = told.window;
    const key = `${account}/${region}/${cluster}`;
    if (!found.has(key)) found.set(key, { ...told, window: { ...told.window, application } });
  }
  return [...found.values()];
}

type Untold = Omit<Told, 'window'> & { readonly window: Omit<TrafficWindow, 'application'> };

function reportOf({ type, context, outputs }: StageView, wanted: string): Untold[] {
  if (type !== wanted) return [];
  const made = trafficReportSchema.safeParse(outputs['trafficReport'] ?? context['trafficReport']).data;
  const account = text(context['credentials']) || text(context['account']);
  const [region, cluster] = [text(context['region']), text(context['cluster'])];
  const from = made?.from ?? Number(context['measuredFrom'] ?? context['watchedFrom'] ?? context['from']);
  if (!account || !region || !cluster || !Number.isFinite(from)) return [];
  const to = made?.to ?? (typeof context['measuredTo'] === 'number' ? context['measuredTo'] : undefined);
  const sentence = text(outputs['trafficSummary']);
  return [
    {
      window: { account, region, cluster, from, to },
      ...(made ? { report: made } : {}),
      ...(sentence ? { sentence } : {}),
    },
  ];
}

/** A stage that makes a server group behind load balancers. */
function deployOf({ type, context, startTime, endTime }: StageView): Untold[] {
  if (type !== 'createServerGroup' && type !== 'cloneServerGroup') return [];
  if (startTime === undefined || strings(context['loadBalancers']).length === 0) return [];
  const made = object(context['createdServerGroup']);
  const account = text(context['credentials']) || text(context['account']);
  const region = text(context['region']);
  const application = text(context['application']);
  const cluster =
    parseName(text(made['serverGroupName']))?.cluster ??
    (application && clusterName(application, text(context['stack']), text(context['freeFormDetails'])));
  return account && region && cluster ? [{ window: { account, region, cluster, from: startTime, to: endTime } }] : [];
}
