import { type JsonObject, list, object, text } from '@gennaker/ui/stage-ui';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { gate } from './gate.ts';
import { keys } from './keys.ts';

/** Whose notifications: an application's, or those of all applications together. */
export type SettingsOf = string | 'global';

const paramsOf = (of: SettingsOf) => ({ level: of === 'global' ? 'global' : 'application', application: of }) as const;

/** Notifications of an application itself or of all, of every type. */
export function useNotificationSettings(of: SettingsOf) {
  return useQuery({
    queryKey: keys.notificationSettings(of),
    queryFn: ({ signal }) => gate.getNotificationSettings({ params: paramsOf(of) }, { signal }),
    select: (settings): JsonObject[] => Object.values(settings).flatMap((each) => list(each).map(object)),
  });
}

/** Stores them in place of those that were stored. */
export function useSaveNotificationSettings(of: SettingsOf) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (notifications: readonly JsonObject[]) =>
      gate.saveNotificationSettings({
        params: paramsOf(of),
        body: { application: of, ...Object.groupBy(notifications, (each) => text(each['type'])) },
      }),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.notificationSettings(of) }),
  });
}
