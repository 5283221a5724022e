import type { NotificationEvent } from '@gennaker/contracts/notifications';

/** What a notification can tell of, in the order and the words in which it is asked. */
export interface EventChoice {
  readonly value: NotificationEvent;
  readonly label: string;
}

/** Of an execution as a whole. */
export const PIPELINE_EVENTS: readonly EventChoice[] = [
  { value: 'pipeline.starting', label: 'It starts' },
  { value: 'pipeline.complete', label: 'It has succeeded' },
  { value: 'pipeline.failed', label: 'It has failed' },
];

const STAGE_EVENTS: readonly EventChoice[] = [
  { value: 'stage.starting', label: 'It starts' },
  { value: 'stage.complete', label: 'It has succeeded' },
  { value: 'stage.failed', label: 'It has failed' },
];

const JUDGMENT_EVENTS: readonly EventChoice[] = [
  { value: 'manualJudgment', label: 'It waits for an approval' },
  { value: 'manualJudgmentContinue', label: 'Somebody approved' },
  { value: 'manualJudgmentStop', label: 'Somebody refused' },
];

/** Of a stage of a type. */
export function stageEvents(type: string): readonly EventChoice[] {
  return type === 'manualJudgment' ? [...JUDGMENT_EVENTS, ...STAGE_EVENTS] : STAGE_EVENTS;
}
