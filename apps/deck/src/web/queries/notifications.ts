import type { DELIVERY_STATES, NotificationEvent } from '@gennaker/contracts/notifications';
import type { JsonObject } from '@gennaker/ui/stage-ui';
import { text } from '@gennaker/ui/stage-ui';
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { gate } from './gate.ts';
import { keys } from './keys.ts';

const PAGE = 50;
/** Deliveries are read again after this long, ms. */
const FRESH_MS = 10_000;

export type DeliveryState = (typeof DELIVERY_STATES)[number];

/** A notification as it is, or would be, stored, and of what it is to tell. */
export interface TriedNotification {
  readonly notification: JsonObject;
  readonly event: NotificationEvent;
  readonly application: string;
  readonly pipelineName?: string | undefined;
  readonly stageName?: string | undefined;
}

const bodyOf = ({ notification, ...rest }: TriedNotification) => ({
  ...rest,
  notification: { ...notification, type: text(notification['type']) },
});

/** Types of notifications by their names: what the configuration lacks for them. */
export function useNotificationTypes() {
  return useQuery({
    queryKey: keys.notifications('types'),
    queryFn: ({ signal }) => gate.notificationMetadata({}, { signal }),
    select: (types) => new Map(types.map((each) => [each.notificationType, each])),
    retry: false,
  });
}

/** What would be told; nothing is sent. */
export function useNotificationPreview(tried: TriedNotification) {
  return useQuery({
    queryKey: keys.notifications('preview', JSON.stringify(tried)),
    queryFn: ({ signal }) => gate.previewNotification({ body: bodyOf(tried) }, { signal }),
    retry: false,
    gcTime: 0,
  });
}

/** Sends a notification now, marked as a test. */
export function useNotificationTest() {
  return useMutation({ mutationFn: (tried: TriedNotification) => gate.testNotification({ body: bodyOf(tried) }) });
}

/** Messages and what became of them, newest first, page by page. */
export function useDeliveries(filter: {
  readonly state?: DeliveryState | undefined;
  readonly application?: string | undefined;
}) {
  return useInfiniteQuery({
    queryKey: keys.notifications('deliveries', JSON.stringify(filter)),
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) =>
      gate.listNotificationDeliveries({ query: { ...filter, before: pageParam, limit: PAGE } }, { signal }),
    getNextPageParam: (page) => (page.length < PAGE ? undefined : page.at(-1)?.id),
    refetchInterval: ({ state }) => (state.data?.pages.length === 1 ? FRESH_MS : false),
  });
}

/** Sends a message again that was given up, or no more. */
export function useDeliveryDeed() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ id, deed }: { readonly id: string; readonly deed: 'retry' | 'discard' }) =>
      deed === 'retry'
        ? gate.retryNotificationDelivery({ params: { id } })
        : gate.discardNotificationDelivery({ params: { id } }),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.notifications('deliveries') }),
  });
}
