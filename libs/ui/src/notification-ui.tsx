import type { ComponentType } from 'react';
import type { z } from 'zod';
import type { Icon } from './icons.tsx';
import type { JsonObject } from './stage-ui.tsx';

/** What the form of a notification's type gets: the fields that are its own, such as the address. */
export interface NotificationFormProps {
  readonly notification: JsonObject;
  /** Merges keys into the notification; a key set to undefined is removed. */
  readonly onChange: (patch: JsonObject) => void;
}

/** A type of notification in the browser. Which events it tells of, and their texts, are asked by deck for all types alike. */
export interface NotificationUi {
  readonly type: string;
  readonly label: string;
  /** One sentence for the menu of types. */
  readonly description: string;
  readonly icon: Icon;
  /** Validates a notification: the same schema that the server parses with. */
  readonly schema: z.ZodType;
  readonly Form: ComponentType<NotificationFormProps>;
  /** Who is told, in one line; empty when nothing is set yet. */
  readonly summary: (notification: JsonObject) => string;
  readonly defaults: () => JsonObject;
}

/** Declares the user interface of a type of notification. */
export function defineNotificationUi(ui: NotificationUi): NotificationUi {
  return ui;
}
