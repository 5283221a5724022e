import { notFound } from '@gennaker/contracts/error';
import { type ExecutionView, executionViewSchema, type Reason } from '@gennaker/contracts/execution';
import type { Notification } from '@gennaker/contracts/notification-settings';
import type { NotificationEvent, NotificationMessage } from '@gennaker/contracts/notifications';
import type { Identity } from '@gennaker/contracts/people';
import { ulid } from 'ulid';
import { attempt, withoutSecrets } from './deliver.ts';
import { evaluated } from './messages-of-event.ts';
import { type ReadNotification, readNotification } from './notification-type.ts';
import type { NotificationParts } from './notifications.ts';
import { filledIn, messageFor, usualMessage } from './write-message.ts';

/** A notification to be tried: of which event, and of which execution. */
export interface Tried {
  readonly notification: Notification;
  readonly event: NotificationEvent;
  readonly application: string;
  readonly executionId?: string | undefined;
  readonly pipelineName?: string | undefined;
  readonly stageName?: string | undefined;
}

interface Written {
  readonly notification: ReadNotification;
  readonly filled: Notification;
  readonly message: NotificationMessage;
}

/** What would be told, and how the receiver would get it; nothing is sent. @throws ServiceError 400 for what no type takes */
export async function previewNotification(parts: NotificationParts, identity: Identity, tried: Tried) {
  const { notification, message } = await write(parts, identity, tried);
  const { address, lacks: reason } = notification;
  try {
    const payload = notification.lacks ? undefined : notification.payload(message);
    return {
      address,
      ready: reason === undefined,
      ...(reason ? { reason } : {}),
      message,
      ...(payload === undefined ? {} : { payload }),
    };
  } catch (error) {
    return {
      address,
      ready: false,
      reason: { summary: error instanceof Error ? error.message : String(error) },
      message,
    };
  }
}

/** Sends a notification once, marked as a test, and says what came of it. @throws ServiceError 400 for what no type takes */
export async function testNotification(
  parts: NotificationParts,
  identity: Identity,
  tried: Tried,
): Promise<{ delivered: boolean; address: string; reason?: Reason }> {
  const { notification, filled, message } = await write(parts, identity, tried);
  const { address, lacks } = notification;
  if (lacks) return { delivered: false, address, reason: lacks };
  const { clock, http, igor, secret } = parts;
  const now = clock.now();
  const failure = await attempt(() =>
    notification.send({ ...message, subject: `Test: ${message.subject}` }, { http, igor, secret, key: ulid(now), now }),
  );
  if (failure === undefined) return { delivered: true, address };
  return {
    delivered: false,
    address,
    reason: {
      summary: withoutSecrets(failure.summary, filled),
      next: failure.next ?? 'mend the cause and send the test again',
    },
  };
}

async function write(parts: NotificationParts, identity: Identity, tried: Tried): Promise<Written> {
  // Read before its expressions are evaluated, so that what is wrong is told in the words that were given.
  readNotification(parts, tried.notification);
  const real =
    tried.executionId === undefined ? undefined : await executionOf(parts, identity, tried, tried.executionId);
  const execution = real ?? madeUp(tried, parts.clock.now());
  const { event, stageName } = tried;
  const ofStage = !event.startsWith('pipeline.');
  const stage = ofStage
    ? execution.stages.find(({ name }) => stageName === undefined || name === stageName)
    : undefined;
  const usual = usualMessage({ event, execution, stage, at: parts.clock.now(), deckUrl: parts.deckUrl });
  const evaluate = real
    ? (text: string) => evaluated({ ...parts, actsAs: async () => identity }, real, stage?.id, text)
    : async (text: string) => text;
  const filled = await filledIn(tried.notification, usual, evaluate);
  return { notification: readNotification(parts, filled), filled, message: messageFor(filled, usual) };
}

async function executionOf(
  { orca }: NotificationParts,
  identity: Identity,
  { application }: Tried,
  id: string,
): Promise<ExecutionView> {
  const execution = await orca.getExecution({ params: { id } }, { identity });
  if (execution.application.toLowerCase() === application.toLowerCase()) return execution;
  throw notFound(`Application "${application}" has no execution "${id}"`, {
    field: 'executionId',
    fix: 'leave it out',
  });
}

/** An execution that never was, for a message without one. */
function madeUp(
  { application, pipelineName = 'Example', stageName = 'Example', event }: Tried,
  now: number,
): ExecutionView {
  const failed = event.endsWith('failed') || event === 'manualJudgmentStop';
  const running = event.endsWith('starting') || event === 'manualJudgment';
  const status = running ? 'RUNNING' : failed ? 'TERMINAL' : 'SUCCEEDED';
  const reason = failed ? { reason: { summary: 'This is an example of a reason' } } : {};
  return executionViewSchema.parse({
    type: 'PIPELINE',
    id: ulid(now),
    application,
    name: pipelineName,
    status,
    buildTime: now - 90_000,
    startTime: now - 90_000,
    ...(running ? {} : { endTime: now }),
    canceled: false,
    trigger: { type: 'manual', user: 'somebody' },
    stages: [
      {
        id: ulid(now),
        refId: '1',
        requisiteStageRefIds: [],
        type: event.startsWith('manualJudgment') ? 'manualJudgment' : 'example',
        name: stageName,
        status,
        context: event === 'manualJudgment' ? { instructions: 'These are an example of instructions' } : {},
        outputs: {},
        tasks: [],
        ...reason,
      },
    ],
    ...reason,
  });
}
