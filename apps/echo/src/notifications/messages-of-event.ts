import { ServiceError } from '@gennaker/contracts/error';
import type { ExecutionEvent, ExecutionView } from '@gennaker/contracts/execution';
import type { NotificationParts } from './notifications.ts';
import { type CommonNotifications, noticesOf } from './notices.ts';
import type { NewDelivery } from './store-messages.ts';
import { filledIn, messageFor, usualMessage } from './write-message.ts';

/** The messages that an event of an execution gives reason to, ready to be stored. */
export async function messagesOf(
  parts: NotificationParts,
  event: ExecutionEvent,
  execution: ExecutionView,
  common: CommonNotifications,
): Promise<NewDelivery[]> {
  const notices = noticesOf(event, execution, common);
  return Promise.all(
    notices.map(async ({ level, event: told, notification, sequence, at, stage }) => {
      const usual = usualMessage({ event: told, execution, stage, at, deckUrl: parts.deckUrl });
      const filled = await filledIn(notification, usual, (text) => evaluated(parts, execution, stage?.id, text));
      const of = ['execution', execution.id, sequence, told].join(':');
      return { of, level, notification: filled, message: messageFor(filled, usual) };
    }),
  );
}

/**
 * A text with its expressions evaluated against an execution, with the rights of who started it; as it stands where that is
 * refused. @throws ServiceError while orca cannot be asked
 */
export async function evaluated(
  parts: Pick<NotificationParts, 'orca' | 'actsAs'>,
  { id, trigger, authentication }: ExecutionView,
  stageId: string | undefined,
  text: string,
): Promise<string> {
  const identity = await parts.actsAs(authentication?.user ?? trigger.user ?? 'anonymous');
  try {
    const { result } = await parts.orca.previewExpression(
      { params: { id }, body: { text, ...(stageId === undefined ? {} : { stageId }) } },
      { identity },
    );
    return typeof result === 'string' ? result : result === null || result === undefined ? '' : JSON.stringify(result);
  } catch (error) {
    if (error instanceof ServiceError && error.status >= 400 && error.status < 500) return text;
    throw error;
  }
}
