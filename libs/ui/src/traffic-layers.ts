import type { TrafficPoint, TrafficReport } from '@gennaker/contracts/traffic-report';

/** One layer of the chart: rates by period, per second. */
export interface TrafficLayer {
  /** Server group; null for what the load balancers answered themselves. */
  readonly serverGroup: string | null;
  readonly failed: boolean;
  readonly rates: readonly number[];
}

/** A report as layers to be stacked, newest version at the bottom. */
export interface TrafficLayers {
  readonly unit: 'requests' | 'connections';
  /** End of each period, epoch milliseconds. */
  readonly times: readonly number[];
  /** Layers with anything in them, from the bottom to the top. */
  readonly layers: readonly TrafficLayer[];
  /** The highest sum of a period, per second. */
  readonly highest: number;
}

/** Makes layers of a report: connections only where no load balancer counts requests. */
export function trafficLayers({ serverGroups, unserved, from, to, stepMs }: TrafficReport): TrafficLayers {
  const times = Array.from(
    { length: Math.max(0, Math.round((to - from) / stepMs)) },
    (_, i) => from + (i + 1) * stepMs,
  );
  const unit =
    serverGroups.every(({ requests }) => requests === 0) && serverGroups.some(({ connections }) => connections > 0)
      ? 'connections'
      : 'requests';
  const layer = (
    serverGroup: string | null,
    failed: boolean,
    points: readonly TrafficPoint[],
    of: (point: TrafficPoint) => number,
  ): TrafficLayer => {
    const byTime = new Map(points.map((point) => [point.at, of(point)]));
    return { serverGroup, failed, rates: times.map((at) => ((byTime.get(at) ?? 0) * 1_000) / stepMs) };
  };
  const layers = [
    ...serverGroups.flatMap(({ serverGroup, points }) =>
      unit === 'connections'
        ? [layer(serverGroup, false, points, ({ connections }) => connections)]
        : [
            layer(serverGroup, false, points, ({ requests, failures }) => requests - failures),
            layer(serverGroup, true, points, ({ failures }) => failures),
          ],
    ),
    layer(null, true, unserved.points, ({ requests }) => requests),
  ].filter(({ rates }) => rates.some((rate) => rate > 0));
  const sums = times.map((_, i) => layers.reduce((sum, { rates }) => sum + (rates[i] ?? 0), 0));
  return { unit, times, layers, highest: Math.max(0, ...sums) };
}
