import type { Image } from '@gennaker/contracts/cloud-views';
import { SEARCH_TYPES } from '@gennaker/contracts/cloud-views';
import type { LogPiece } from '@gennaker/ui/live-data';
import { LOG_TAIL_BYTES } from '@gennaker/ui/log-view';
import { queryOptions, useQuery } from '@tanstack/react-query';
import { gate } from './gate.ts';
import { keys } from './keys.ts';

/** Events announce changes; this slow look (ms) is the safety net and keeps "seen" honest. */
const LOOK_MS = 30_000;

/** How an application's server groups are read and kept. */
export function serverGroupsQuery(application: string) {
  return queryOptions({
    queryKey: keys.serverGroups(application),
    queryFn: ({ signal }) => gate.listServerGroups({ params: { application } }, { signal }),
    refetchInterval: LOOK_MS,
  });
}

/** An application's server groups. */
export function useServerGroups(application: string) {
  return useQuery(serverGroupsQuery(application));
}

/** A lock may come and go without any change that is announced. */
const LOCKS_LOOK_MS = 5_000;

/** Who changes which of an application's clusters now. */
export function useClusterLocks(application: string) {
  return useQuery({
    queryKey: keys.clusterLocks(application),
    queryFn: ({ signal }) => gate.listApplicationLocks({ params: { application } }, { signal }),
    refetchInterval: LOCKS_LOOK_MS,
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

/** The firewalls that concern an application. */
export function useSecurityGroups(application: string) {
  return useQuery({
    queryKey: keys.securityGroups(application),
    queryFn: ({ signal }) => gate.applicationSecurityGroups({ params: { application } }, { signal }),
    refetchInterval: LOOK_MS,
  });
}

/** One instance with all that its cloud tells of it. */
export function useInstance(account: string, region: string, id: string) {
  return useQuery({
    queryKey: keys.instance(account, region, id),
    queryFn: ({ signal }) => gate.getInstance({ params: { account, region, id } }, { signal }),
    refetchInterval: LOOK_MS,
  });
}

/** What an instance's serial console says from an offset on; at first only the end of what it has said already. */
export async function readConsole(
  { account, region, id }: { readonly account: string; readonly region: string; readonly id: string },
  offset: number,
  signal: AbortSignal,
): Promise<LogPiece> {
  const { output, start, next } = await gate.getConsole(
    { params: { account, region, id }, query: { start: `${offset === 0 ? -LOG_TAIL_BYTES : offset}` } },
    { signal },
  );
  return { text: output, start, nextOffset: next, complete: false };
}

/** The images of every account, newest first. */
export function useImages() {
  return useQuery({
    queryKey: keys.images,
    queryFn: ({ signal }) => gate.findImages({ query: {} }, { signal }),
    refetchInterval: LOOK_MS,
  });
}

/** Stands in addresses for the region of what has none. */
const NO_REGION = 'global';

/** One image, and where it runs. */
export function useImage({ account, imageName, region = NO_REGION }: Image) {
  return useQuery({
    queryKey: keys.image(account, region, imageName),
    queryFn: async ({ signal }) => {
      const [image] = await gate.getImage({ params: { account, region, id: imageName } }, { signal });
      return image ?? null;
    },
  });
}

/** Fewest letters that are searched for. */
export const SEARCH_LEAST = 3;

/** What a search finds, by type, `size` of each at most; fewer than SEARCH_LEAST letters find nothing. */
export function useSearch(q: string, type: string | undefined, size: number) {
  const types = type ?? SEARCH_TYPES.join(',');
  return useQuery({
    queryKey: keys.search(q, types, size),
    queryFn: ({ signal }) => gate.search({ query: { q, type: types, pageSize: size } }, { signal }),
    enabled: q.length >= SEARCH_LEAST,
    // More of the same stands on what there is; what was found for other words is no answer.
    placeholderData: (before, query) => (query?.queryKey[1] === q && query.queryKey[2] === types ? before : undefined),
  });
}
