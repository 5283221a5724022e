import type { ExecutionView, StageView } from '@gennaker/contracts/execution';
import type { Notification } from '@gennaker/contracts/notification-settings';
import type { NotificationMessage } from '@gennaker/contracts/notifications';

/** What a message is written of. */
export interface MessageMaterial {
  readonly event: string;
  readonly execution: ExecutionView;
  readonly stage?: StageView | undefined;
  /** Epoch ms. */
  readonly at: number;
  /** Where people find deck, without a slash at its end. */
  readonly deckUrl: string;
}

/** The page of an execution. */
export function linkTo(deckUrl: string, { application, id }: Pick<ExecutionView, 'application' | 'id'>): string {
  return `${deckUrl}/applications/${encodeURIComponent(application)}/executions/details/${encodeURIComponent(id)}`;
}

/** The message as it is without any wishes: what happened to what, and below it who began it, how long it took and why it failed. */
export function usualMessage(material: MessageMaterial): NotificationMessage {
  const { event, execution, stage, at, deckUrl } = material;
  return {
    event,
    subject: oneLine(subjectOf(material)),
    text: [...begunBy(execution), ...(stage ? stageLines(stage, event) : endLines(execution, event, at))].join('\n'),
    link: linkTo(deckUrl, execution),
    application: execution.application,
    executionId: execution.id,
    executionName: execution.name,
    ...(stage ? { stageName: stage.name, stageId: stage.id } : {}),
    status: stage?.status ?? execution.status,
    ...(userOf(execution) === undefined ? {} : { user: userOf(execution) }),
    trigger: execution.trigger,
    at,
  };
}

/** The message with the text that a notification has for this event in place of the usual one. */
export function messageFor(notification: Notification, usual: NotificationMessage): NotificationMessage {
  const text = notification.message?.[usual.event]?.text;
  return text === undefined || text.trim() === '' ? usual : { ...usual, text };
}

/**
 * A notification with its placeholders filled in and its expressions evaluated, in all its texts; of the texts for events
 * only that for this one is kept. `evaluate` is asked only for texts that hold an expression.
 */
export async function filledIn(
  { when, message, ...rest }: Notification,
  { event, link, executionId }: Pick<NotificationMessage, 'event' | 'link' | 'executionId'>,
  evaluate: (text: string) => Promise<string>,
): Promise<Notification> {
  const fill = async (value: unknown): Promise<unknown> => {
    if (typeof value === 'string') {
      const text = value.includes('${') ? await evaluate(value) : value;
      return text
        .replaceAll(/\{\{\s*executionId\s*\}\}/g, () => executionId ?? '')
        .replaceAll(/\{\{\s*link\s*\}\}/g, () => link ?? '');
    }
    if (Array.isArray(value)) return Promise.all(value.map(fill));
    if (value === null || typeof value !== 'object') return value;
    const entries = Object.entries(value).map(async ([name, one]): Promise<[string, unknown]> => [
      name,
      await fill(one),
    ]);
    return Object.fromEntries(await Promise.all(entries));
  };
  const own = message?.[event];
  const filled = (await fill(own === undefined ? rest : { ...rest, message: { [event]: own } })) as Notification;
  return when === undefined ? filled : { ...filled, when };
}

function subjectOf({ event, execution, stage }: MessageMaterial): string {
  const { application, name } = execution;
  const by = stage?.context['lastModifiedBy'];
  const person = typeof by === 'string' ? ` by ${by}` : '';
  const what = stage === undefined ? name : `stage ${stage.name} of ${name}`;
  switch (event) {
    case 'manualJudgment':
      return `${application}: ${name} waits for an approval${stage ? ` (${stage.name})` : ''}`;
    case 'manualJudgmentContinue':
      return `${application}: ${what} was approved${person}`;
    case 'manualJudgmentStop':
      return `${application}: ${what} was refused${person}`;
    default:
      return `${application}: ${what} ${VERBS[event.split('.')[1] ?? ''] ?? event}`;
  }
}

const VERBS: Readonly<Record<string, string>> = {
  starting: 'has started',
  complete: 'has succeeded',
  failed: 'has failed',
};

function begunBy(execution: ExecutionView): string[] {
  const { type, buildInfo } = execution.trigger;
  const user = userOf(execution);
  const build =
    buildInfo !== undefined && typeof buildInfo === 'object'
      ? [buildInfo['fullDisplayName'] ?? buildInfo['name'], buildInfo['number'] && `#${String(buildInfo['number'])}`]
      : [];
  const named = build.filter((part) => typeof part === 'string' && part !== '');
  return [
    `Started by ${user ?? 'somebody'} (${type})`,
    ...(named.length === 0 ? [] : [`Build ${[...new Set(named)].join(' ')}`]),
  ];
}

function userOf({ trigger, authentication }: ExecutionView): string | undefined {
  return trigger.user ?? authentication?.user;
}

function endLines(execution: ExecutionView, event: string, at: number): string[] {
  if (event === 'pipeline.starting') return [];
  const took = execution.startTime === undefined ? [] : [`It took ${duration(at - execution.startTime)}`];
  if (event !== 'pipeline.failed') return took;
  const failed = execution.stages.filter(
    ({ status, syntheticStageOwner }) => ['TERMINAL', 'STOPPED'].includes(status) && syntheticStageOwner === undefined,
  );
  const why = failed.map(({ name, reason }) => `Stage ${name}: ${reason?.summary ?? 'failed'}`);
  return [...took, ...(why.length > 0 ? why : execution.reason ? [execution.reason.summary] : [])];
}

function stageLines(stage: StageView, event: string): string[] {
  if (event === 'stage.failed') return stage.reason ? [stage.reason.summary] : [];
  if (event !== 'manualJudgment') return [];
  const { instructions, judgmentInputs } = stage.context;
  const choices = Array.isArray(judgmentInputs)
    ? judgmentInputs.flatMap((input: unknown) => {
        const value = input !== null && typeof input === 'object' ? Reflect.get(input, 'value') : input;
        return typeof value === 'string' ? [value] : [];
      })
    : [];
  return [
    ...(typeof instructions === 'string' && instructions !== '' ? [instructions] : []),
    ...(choices.length === 0 ? [] : [`Choices: ${choices.join(', ')}`]),
  ];
}

/** A length of time in the two largest units that say something. */
function duration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000));
  const parts: [number, string][] = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor(seconds / 3_600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'min'],
    [seconds % 60, 's'],
  ];
  const first = parts.findIndex(([count]) => count > 0);
  if (first === -1) return '0 s';
  return parts
    .slice(first, first + 2)
    .filter(([count]) => count > 0)
    .map(([count, unit]) => `${count} ${unit}`)
    .join(' ');
}

/** Subjects are one line, whatever names hold. */
const oneLine = (text: string): string => text.replaceAll(/\s+/g, ' ').slice(0, 300);
