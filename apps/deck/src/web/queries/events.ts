import type { EventTest } from '@gennaker/contracts/echo';
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { DAY_MS, startOf } from './day.ts';
import { gate } from './gate.ts';
import { keys } from './keys.ts';

const PAGE = 50;
/** Events that are offered to be tried. */
const RECENT = 30;
/** The newest events are read again after this long, ms. */
const FRESH_MS = 15_000;

/** Which events, as it stands in the address: texts, an id, and days as YYYY-MM-DD. */
export interface EventFilter {
  readonly type?: string | undefined;
  readonly source?: string | undefined;
  readonly application?: string | undefined;
  readonly pipeline?: string | undefined;
  readonly did?: 'started' | 'nothing' | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

/** Events that came in, newest first, page by page. */
export function useIncoming(filter: EventFilter) {
  const until = startOf(filter.to);
  const query = {
    type: filter.type,
    source: filter.source,
    application: filter.application,
    pipelineId: filter.pipeline,
    started: filter.did && (filter.did === 'started' ? 'true' : 'false'),
    from: startOf(filter.from),
    until: until === undefined ? undefined : until + DAY_MS,
  };
  return useInfiniteQuery({
    queryKey: keys.events(JSON.stringify(filter)),
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) =>
      gate.eventHistory({ query: { ...query, before: pageParam, limit: PAGE } }, { signal }),
    getNextPageParam: (page) => (page.length < PAGE ? undefined : page.at(-1)?.id),
    // Older pages do not change: only a list of one page looks for what is new by itself.
    refetchInterval: ({ state }) => (state.data?.pages.length === 1 ? FRESH_MS : false),
  });
}

/** The newest events of any kind. */
export function useRecentEvents() {
  return useQuery({
    queryKey: keys.events('recent'),
    queryFn: ({ signal }) => gate.eventHistory({ query: { limit: RECENT } }, { signal }),
  });
}

/** One event that came in. */
export function useIncomingEvent(id: string) {
  return useQuery({
    queryKey: keys.events('one', id),
    queryFn: ({ signal }) => gate.getEvent({ params: { id } }, { signal }),
  });
}

/** What a stored event would do now. */
export function useEventForecast(eventId: string) {
  return useQuery({
    queryKey: keys.events('forecast', eventId),
    queryFn: ({ signal }) => gate.testEvent({ body: { eventId } }, { signal }),
    retry: false,
    // Pipelines change: it is good for the moment only.
    gcTime: 0,
  });
}

/** Says what an event would do; nothing starts. */
export function useEventTest() {
  return useMutation({ mutationFn: (body: EventTest) => gate.testEvent({ body }) });
}

/** Sends a stored event again, to one pipeline or to all that match. */
export function useReplay() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ id, pipelineId }: { readonly id: string; readonly pipelineId?: string | undefined }) =>
      gate.replayEvent({ params: { id }, body: pipelineId === undefined ? {} : { pipelineId } }),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.events() }),
  });
}
