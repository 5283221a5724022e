import type { ExecutionEvent, ExecutionView, StageView } from '@gennaker/contracts/execution';
import { type Notification, notificationSchema } from '@gennaker/contracts/notification-settings';
import type { NotificationDelivery, NotificationEvent } from '@gennaker/contracts/notifications';

/** Something that somebody wants to be told, of one event of an execution. */
export interface Notice {
  readonly level: NotificationDelivery['level'];
  readonly event: NotificationEvent;
  readonly notification: Notification;
  /** Number and time (epoch ms) of the execution's event. */
  readonly sequence: number;
  readonly at: number;
  readonly stage?: StageView;
}

/** Notifications that stand outside of pipelines. */
export interface CommonNotifications {
  readonly global: readonly Notification[];
  readonly application: readonly Notification[];
}

/** Types of execution events that something may have to be told of while an execution runs. */
export const TOLD_EVENTS = [
  'ExecutionStarted',
  'ExecutionRestarted',
  'StageStarted',
  'StageCompleted',
  'TaskWaiting',
  'ExecutionCompleted',
];

/** What can be read as notifications of a list; the rest is nobody's. */
export function notificationsIn(list: unknown): Notification[] {
  return Array.isArray(list)
    ? list.flatMap((one: unknown) => {
        const read = notificationSchema.safeParse(one);
        return read.success ? [read.data] : [];
      })
    : [];
}

/** Is there more to tell of this pipeline's execution, as it was created, than the settings of all and of its application ask for? */
export function hasOwnNotifications(execution: unknown): boolean {
  const { notifications, stages } = execution as { readonly notifications?: unknown; readonly stages?: object };
  return notificationsIn(notifications).length > 0 || Object.values(stages ?? {}).some(tellsOfItself);
}

function tellsOfItself(stage: { readonly context?: Readonly<Record<string, unknown>> }): boolean {
  const { sendNotifications, notifications, notifyEveryMs } = stage.context ?? {};
  // An expression may say yes when the stage begins.
  const wanted = [sendNotifications, notifyEveryMs].some(
    (value) => ![undefined, null, false, 'false', ''].includes(value as string),
  );
  return wanted && notificationsIn(notifications).length > 0;
}

const wants = (notification: Notification, event: NotificationEvent): boolean =>
  notification.when?.includes(event) ?? false;

/** Does anybody of these want to be told of it? */
export function anybodyWants({ global, application }: CommonNotifications, event: NotificationEvent): boolean {
  return [...global, ...application].some((notification) => wants(notification, event));
}

/** What the end of an execution is to who is told; undefined: a cancelled one is told to nobody. */
export function endOf(status: unknown): 'pipeline.complete' | 'pipeline.failed' | undefined {
  if (status === 'CANCELED') return undefined;
  return status === 'SUCCEEDED' ? 'pipeline.complete' : 'pipeline.failed';
}

/**
 * What is to be told of an event, and to whom: of a pipeline's start and end to those of all settings, its application's and
 * its own; of stages to their own when they send notifications, but not of synthetic ones, skipped ones and cancelled ones;
 * of judgments when they begin to wait, when a reminder is due, and when somebody answered.
 */
export function noticesOf(event: ExecutionEvent, execution: ExecutionView, common: CommonNotifications): Notice[] {
  const { sequence, at, data } = event;
  const ofPipeline = (told: NotificationEvent): Notice[] => {
    const levels = [
      ['pipeline', notificationsIn(execution['notifications'])],
      ['application', common.application],
      ['global', common.global],
    ] as const;
    return levels.flatMap(([level, list]) =>
      list
        .filter((one) => wants(one, told))
        .map((notification) => ({ level, event: told, notification, sequence, at })),
    );
  };
  if (event.type === 'ExecutionStarted') return ofPipeline('pipeline.starting');
  if (event.type === 'ExecutionCompleted') {
    const end = endOf(data['status']);
    return end === undefined ? [] : ofPipeline(end);
  }
  const stage = execution.stages.find(({ id }) => id === data['stageId']);
  if (stage === undefined || stage.syntheticStageOwner !== undefined || stage.parentStageId !== undefined) return [];
  const told = (told: NotificationEvent, list: readonly Notification[]): Notice[] =>
    list.map((notification) => ({ level: 'stage', event: told, notification, sequence, at, stage }));
  if (event.type === 'TaskWaiting')
    return stage.type === 'manualJudgment' ? told('manualJudgment', justNotified(data['context'])) : [];
  if (!isTrue(stage.context['sendNotifications'])) return [];
  const own = notificationsIn(stage.context['notifications']);
  return stageEvents(event, stage).flatMap((name) =>
    told(
      name,
      own.filter((one) => wants(one, name)),
    ),
  );
}

function stageEvents(event: ExecutionEvent, stage: StageView): NotificationEvent[] {
  if (event.type === 'StageStarted') return ['stage.starting'];
  if (event.type !== 'StageCompleted') return [];
  const status = event.data['status'];
  const answer = stage.type === 'manualJudgment' ? stage.context['judgmentStatus'] : undefined;
  const judged: NotificationEvent[] =
    status === 'CANCELED' || typeof answer !== 'string'
      ? []
      : answer.toLowerCase() === 'continue'
        ? ['manualJudgmentContinue']
        : answer.toLowerCase() === 'stop'
          ? ['manualJudgmentStop']
          : [];
  if (status === 'SUCCEEDED') return [...judged, 'stage.complete'];
  return ['CANCELED', 'SKIPPED', 'NOT_STARTED'].includes(String(status)) ? judged : [...judged, 'stage.failed'];
}

/** Those that a waiting judgment has just noted as told: the newest of its notes. */
function justNotified(context: unknown): Notification[] {
  const list = (context as { readonly notifications?: unknown } | undefined)?.notifications;
  const noted = notificationsIn(list).map((notification) => ({ notification, at: notedAt(notification) }));
  const newest = Math.max(...noted.map(({ at }) => at));
  return Number.isFinite(newest) ? noted.filter(({ at }) => at === newest).map(({ notification }) => notification) : [];
}

function notedAt(notification: Notification): number {
  const states = notification['lastNotifiedByNotificationState'];
  const at = states !== null && typeof states === 'object' ? Reflect.get(states, 'manualJudgment') : undefined;
  return typeof at === 'number' ? at : -Infinity;
}

const isTrue = (value: unknown): boolean => value === true || value === 'true';
