import { z } from 'zod';
import { defineApi } from './route.ts';

/** One notification: to whom, by what way, and when. */
export const notificationSchema = z.looseObject({
  type: z.string().min(1),
  level: z.enum(['application', 'pipeline', 'stage']).optional(),
  address: z.string().optional(),
  when: z.array(z.string()).optional(),
  message: z.record(z.string(), z.looseObject({ text: z.string().optional() })).optional(),
});
export type Notification = z.infer<typeof notificationSchema>;

const OWN = new Set(['application', 'lastModified', 'lastModifiedBy']);

/** Notifications of an application, or of all (`global`): lists by the type of notification, and what the system adds. */
export const notificationSettingsSchema = z
  .looseObject({
    application: z.string().optional(),
    lastModified: z.number().optional(),
    lastModifiedBy: z.string().optional(),
  })
  .superRefine((settings, context) => {
    for (const [type, list] of Object.entries(settings)) {
      if (OWN.has(type)) continue;
      for (const issue of z.array(notificationSchema.extend({ type: z.literal(type) })).safeParse(list).error?.issues ??
        [])
        context.addIssue({ code: 'custom', path: [type, ...issue.path], message: issue.message });
    }
  });
export type NotificationSettings = z.infer<typeof notificationSettingsSchema>;

const params = z.object({ level: z.enum(['application', 'global']), application: z.string() });

/** Front50's notification settings; `application` is `global` for those of all applications. */
export const notificationSettingsRoutes = defineApi({
  getNotificationSettings: {
    method: 'GET',
    path: '/notifications/:level/:application',
    summary: "An application's notifications, or the global ones; an empty object when there are none",
    params,
    response: notificationSettingsSchema,
  },
  saveNotificationSettings: {
    method: 'POST',
    path: '/notifications/:level/:application',
    summary: "Replace an application's notifications, or the global ones",
    params,
    body: notificationSettingsSchema,
    response: notificationSettingsSchema,
  },
  deleteNotificationSettings: {
    method: 'DELETE',
    path: '/notifications/:level/:application',
    summary: "Remove an application's notifications, or the global ones",
    params,
  },
});
