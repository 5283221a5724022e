import { type JsonObject, list, object } from '@gennaker/ui/stage-ui';
import { useQuery } from '@tanstack/react-query';
import { gate } from './gate.ts';
import { keys } from './keys.ts';

/** An application's own notifications, of all types. */
export function useNotificationSettings(application: string) {
  return useQuery({
    queryKey: keys.notificationSettings(application),
    queryFn: ({ signal }) =>
      gate.getNotificationSettings({ params: { level: 'application', application } }, { signal }),
    select: (settings): JsonObject[] => Object.values(settings).flatMap((each) => list(each).map(object)),
  });
}
