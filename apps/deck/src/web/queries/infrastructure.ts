import { useQuery } from '@tanstack/react-query';
import { gate } from './gate.ts';
import { keys } from './keys.ts';

/** Events announce changes; this slow look (ms) is the safety net and keeps "seen" honest. */
const LOOK_MS = 30_000;

/** An application's server groups. */
export function useServerGroups(application: string) {
  return useQuery({
    queryKey: keys.serverGroups(application),
    queryFn: ({ signal }) => gate.listServerGroups({ params: { application } }, { signal }),
    refetchInterval: LOOK_MS,
  });
}

/** An application's load balancers. */
export function useLoadBalancers(application: string) {
  return useQuery({
    queryKey: keys.loadBalancers(application),
    queryFn: ({ signal }) => gate.listLoadBalancers({ params: { application } }, { signal }),
    refetchInterval: LOOK_MS,
  });
}

/** An instance's serial console, read again every three seconds while it is open: no event announces its lines. */
export function useConsole(account: string, region: string, id: string) {
  return useQuery({
    queryKey: ['console', account, region, id],
    queryFn: ({ signal }) => gate.getConsole({ params: { account, region, id } }, { signal }),
    refetchInterval: 3000,
    gcTime: 0,
  });
}
