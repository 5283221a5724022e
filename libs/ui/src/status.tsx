import type { ExecutionView, StageView } from '@gennaker/contracts/execution';
import type { Status } from '@gennaker/contracts/status';
import type { ReactNode } from 'react';
import type { Icon } from './icons.tsx';
import {
  CanceledIcon,
  ContinuedIcon,
  FailedIcon,
  HandIcon,
  HourglassIcon,
  NotStartedIcon,
  PausedIcon,
  RunningIcon,
  SkippedIcon,
  SucceededIcon,
} from './icons.tsx';

/** How something looks: one tone, one icon, one word. Never the tone alone. */
export type Look =
  | 'succeeded'
  | 'running'
  | 'person'
  | 'system'
  | 'paused'
  | 'failed'
  | 'continued'
  | 'canceled'
  | 'skipped'
  | 'waiting';

const WORDS: Readonly<Record<Look, { readonly word: string; readonly icon: Icon }>> = {
  succeeded: { word: 'Succeeded', icon: SucceededIcon },
  running: { word: 'Running', icon: RunningIcon },
  person: { word: 'Waiting for approval', icon: HandIcon },
  system: { word: 'Waiting', icon: HourglassIcon },
  paused: { word: 'Paused', icon: PausedIcon },
  failed: { word: 'Failed', icon: FailedIcon },
  continued: { word: 'Failed, continued', icon: ContinuedIcon },
  canceled: { word: 'Canceled', icon: CanceledIcon },
  skipped: { word: 'Skipped', icon: SkippedIcon },
  waiting: { word: 'Not started', icon: NotStartedIcon },
};

const LOOKS: Readonly<Record<Status, Look>> = {
  NOT_STARTED: 'waiting',
  RUNNING: 'running',
  PAUSED: 'paused',
  SUSPENDED: 'system',
  BUFFERED: 'system',
  REDIRECT: 'running',
  SUCCEEDED: 'succeeded',
  SKIPPED: 'skipped',
  FAILED_CONTINUE: 'continued',
  STOPPED: 'failed',
  TERMINAL: 'failed',
  CANCELED: 'canceled',
};

/** Look of a status. */
export function statusLook(status: Status): Look {
  return LOOKS[status];
}

/** True while a stage waits for a person's judgment. */
export function awaitsJudgment(stage: Pick<StageView, 'type' | 'status' | 'context'>): boolean {
  return stage.type === 'manualJudgment' && stage.status === 'RUNNING' && !stage.context['judgmentStatus'];
}

/** Look of a stage: a judgment that waits for a person is not merely running. */
export function stageLook(stage: Pick<StageView, 'type' | 'status' | 'context'>): Look {
  return awaitsJudgment(stage) ? 'person' : statusLook(stage.status);
}

/** Look of an execution: while it runs, a waiting judgment comes first, because somebody has to act; one in a queue waits. */
export function executionLook(execution: Pick<ExecutionView, 'status' | 'stages' | 'reason'>): Look {
  if (execution.status === 'RUNNING' && execution.stages.some(awaitsJudgment)) return 'person';
  if (execution.status === 'NOT_STARTED' && execution.reason) return 'system';
  return statusLook(execution.status);
}

/** The word of a look. */
export function lookWord(look: Look): string {
  return WORDS[look].word;
}

/** Icon of a look, in its tone; hidden from screen readers, because a word stands beside it. */
export function StatusIcon({ look, size = 16 }: { readonly look: Look; readonly size?: number }) {
  const Glyph = WORDS[look].icon;
  return (
    <span className="gk-tone" data-look={look} style={{ display: 'inline-flex' }}>
      <Glyph className="gk-icon" size={size} strokeWidth={2.1} aria-hidden />
    </span>
  );
}

/** Icon and word of a look; `children` replace the word, for example with elapsed time behind it. */
export function StatusText({ look, children }: { readonly look: Look; readonly children?: ReactNode }) {
  const Glyph = WORDS[look].icon;
  return (
    <span className="gk-status gk-tone" data-look={look}>
      <Glyph className="gk-icon" size={15} strokeWidth={2.2} aria-hidden />
      <span>{children ?? WORDS[look].word}</span>
    </span>
  );
}

/** A small tinted label in a look's tone. */
export function Chip({
  look,
  icon: Glyph,
  children,
}: {
  readonly look: Look;
  readonly icon?: Icon;
  readonly children: ReactNode;
}) {
  return (
    <span className="gk-chip gk-tone" data-look={look}>
      {Glyph ? <Glyph size={12} strokeWidth={2.4} aria-hidden /> : null}
      {children}
    </span>
  );
}
