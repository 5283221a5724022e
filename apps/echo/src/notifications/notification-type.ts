import { badRequest, type ServiceError } from '@gennaker/contracts/error';
import type { Reason } from '@gennaker/contracts/execution';
import type { NotificationMessage } from '@gennaker/contracts/notifications';
import type { AnyNotificationDefinition, NotificationSender } from '@gennaker/extension-sdk/notification';
import type { z } from 'zod';

/** What finds types of notifications and their settings. */
export interface NotificationTypes {
  readonly types: Readonly<Record<string, AnyNotificationDefinition>>;
  readonly settings: Readonly<Record<string, unknown>>;
}

/** A notification that its type has read, ready to be sent: nothing of it is looked at by anybody else. */
export interface ReadNotification {
  readonly type: string;
  /** Who is told, as everybody may see it. */
  readonly address: string;
  /** What the configuration lacks; then it cannot be sent. */
  readonly lacks?: Reason;
  payload(message: NotificationMessage): unknown;
  send(message: NotificationMessage, sender: Omit<NotificationSender<unknown>, 'settings'>): Promise<void>;
}

/**
 * Reads a notification by its type.
 * @throws ServiceError 400 for an unknown type and for what the type does not take
 */
export function readNotification({ types, settings }: NotificationTypes, notification: unknown): ReadNotification {
  const type = (notification as { readonly type?: unknown }).type;
  const definition = typeof type === 'string' && Object.hasOwn(types, type) ? types[type] : undefined;
  if (definition === undefined)
    throw badRequest(`There is no type of notification "${String(type)}"`, {
      field: 'type',
      fix: `use one of ${Object.keys(types).join(', ')}`,
    });
  const read = definition.schema.safeParse(notification);
  if (!read.success) throw unfit(definition, read.error);
  // Its own schema has read it, which the registry's type cannot say.
  const own = read.data as never;
  const configured = definition.settings.safeParse(settings[definition.type] ?? {});
  return {
    type: definition.type,
    address: definition.address(own),
    ...(configured.success ? {} : { lacks: lacking(definition, configured.error) }),
    payload: (message) => definition.payload(own, message, (configured.success ? configured.data : {}) as never),
    send: (message, sender) =>
      definition.send(own, message, {
        ...sender,
        settings: definition.settings.parse(settings[definition.type] ?? {}) as never,
      }),
  };
}

/** What the configuration lacks for a type; undefined: nothing. */
export function lacks({ settings }: NotificationTypes, definition: AnyNotificationDefinition): Reason | undefined {
  const configured = definition.settings.safeParse(settings[definition.type] ?? {});
  return configured.success ? undefined : lacking(definition, configured.error);
}

function unfit(definition: AnyNotificationDefinition, error: z.ZodError): ServiceError {
  const [issue] = error.issues;
  const field = issue?.path.join('.') ?? '';
  return badRequest(`The ${definition.type} notification cannot be used: ${field} ${issue?.message ?? ''}`.trim(), {
    field,
    fix: `correct it; an example is ${JSON.stringify(definition.examples[0])}`,
  });
}

function lacking(definition: AnyNotificationDefinition, error: z.ZodError): Reason {
  const wrong = error.issues.map(({ path, message }) => `${path.join('.') || 'it'}: ${message}`);
  return {
    summary: `${definition.label} is not set up: gennaker.yml lacks what it needs under notifications.${definition.type}`,
    evidence: { wrong },
    next: 'see docs/reference/notifications.md for the settings, and restart echo',
  };
}
