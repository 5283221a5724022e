import type { TrafficReport } from '@gennaker/contracts/traffic-report';
import type { TrafficWindow } from '@gennaker/ui/live-data';
import { describeError } from '@gennaker/ui/panels';
import { useQuery } from '@tanstack/react-query';
import { gate } from './gate.ts';
import { keys } from './keys.ts';

/** A live window is read again after this long (ms), or when the cloud has counted anew. */
const LOOK_MS = 2_000;

/** What load balancers counted in a window: read again until all of it can be seen. */
export function useTraffic(window: TrafficWindow | undefined): {
  readonly report?: TrafficReport | undefined;
  readonly problem?: string | undefined;
} {
  const { application = '', account = '', region = '', cluster = '', from = 0, to } = window ?? {};
  const { data, error } = useQuery({
    queryKey: keys.traffic(application, account, region, cluster, from, to ?? 'now'),
    queryFn: ({ signal }) =>
      gate.readMeter(
        {
          params: { application },
          query: { account, region, cluster, from: `${from}`, ...(to === undefined ? {} : { to: `${to}` }) },
        },
        { signal },
      ),
    enabled: window !== undefined,
    retry: false,
    refetchInterval: ({ state }) =>
      to !== undefined && state.data?.complete ? false : Math.max(LOOK_MS, state.data?.resolutionMs ?? 0),
  });
  return { report: data, problem: error && !data ? describeError(error).message : undefined };
}
