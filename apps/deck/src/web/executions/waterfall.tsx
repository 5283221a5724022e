import type { ExecutionView, StageView } from '@gennaker/contracts/execution';
import type { Prediction } from '@gennaker/contracts/orca-insight';
import { isComplete } from '@gennaker/contracts/status';
import { Note } from '@gennaker/ui/panels';
import { lookWord, stageLook, StatusIcon } from '@gennaker/ui/status';
import { formatDuration, useNow } from '@gennaker/ui/time';
import { usePrediction } from '../queries/insight.ts';
import { topLevelStages } from './stage-order.ts';

/** The stages as bars over time, each with what earlier runs took: half of them by the mark, nine of ten by the whisker. */
export function Waterfall({
  execution,
  selected,
  onSelect,
}: {
  readonly execution: ExecutionView;
  readonly selected: string | undefined;
  readonly onSelect: (stageId: string) => void;
}) {
  const prediction = usePrediction(execution.id).data;
  const running = !isComplete(execution.status);
  const now = useNow(running);
  const from = execution.startTime ?? execution.buildTime;
  const stages = topLevelStages(execution);
  const ends = stages.flatMap((stage) => {
    if (stage.startTime === undefined) return [];
    const usual = usualOf(prediction, stage);
    return [stage.endTime ?? now, ...(usual && stage.endTime === undefined ? [stage.startTime + usual.p90Ms] : [])];
  });
  const coming = running ? expected(stages, prediction, now) : new Map<string, Span>();
  const to = Math.max(
    from + 1000,
    execution.endTime ?? now,
    ...ends,
    ...[...coming.values()].map(({ end }) => end),
    (running && prediction?.finishAt?.p90) || 0,
  );
  const percent = (at: number): number => Math.min(100, Math.max(0, ((at - from) / (to - from)) * 100));
  return (
    <div className="card waterfall">
      <Forecast execution={execution} prediction={prediction} now={now} />
      <ol className="waterfall-rows" aria-label={`Stages of ${execution.name} over time`}>
        {stages.map((stage) => (
          <li key={stage.id}>
            <button
              type="button"
              className="waterfall-row"
              aria-pressed={stage.id === selected}
              aria-label={describe(stage, usualOf(prediction, stage), now)}
              onClick={() => onSelect(stage.id)}
            >
              <span className="waterfall-name">
                <StatusIcon look={stageLook(stage)} size={14} />
                <span>{stage.name}</span>
              </span>
              <span className="waterfall-track" aria-hidden>
                <Bar stage={stage} usual={usualOf(prediction, stage)} now={now} percent={percent} />
                <Ghost span={coming.get(stage.refId)} percent={percent} />
              </span>
              <span className="waterfall-time gk-num">
                {stage.startTime === undefined ? '' : formatDuration((stage.endTime ?? now) - stage.startTime)}
              </span>
            </button>
          </li>
        ))}
      </ol>
      <div className="waterfall-axis gk-num" aria-hidden>
        {[0, 0.25, 0.5, 0.75, 1].map((part) => (
          <span key={part}>{formatDuration((to - from) * part)}</span>
        ))}
      </div>
      <p className="waterfall-legend gk-muted">
        {prediction && prediction.basis > 0
          ? `The mark is where half of the last ${prediction.basis} runs ended, the whisker nine of ten.`
          : 'There are no finished runs yet to compare with.'}
      </p>
    </div>
  );
}

interface Span {
  readonly start: number;
  readonly end: number;
}

/** When the stages that have not begun will probably run, by `refId`: after what they depend on, as long as usual. */
function expected(stages: readonly StageView[], prediction: Prediction | undefined, now: number): Map<string, Span> {
  const spans = new Map<string, Span>();
  const endOf = (ref: string): number | undefined => {
    const stage = stages.find(({ refId }) => refId === ref);
    if (stage?.startTime === undefined) return spans.get(ref)?.end;
    const usual = usualOf(prediction, stage);
    return stage.endTime ?? (usual && Math.max(now, stage.startTime + usual.p50Ms));
  };
  for (const stage of stages) {
    const usual = usualOf(prediction, stage);
    if (stage.status !== 'NOT_STARTED' || !usual) continue;
    const ends = stage.requisiteStageRefIds.map(endOf).filter((end) => end !== undefined);
    if (ends.length < stage.requisiteStageRefIds.length) continue;
    const start = Math.max(now, ...ends);
    spans.set(stage.refId, { start, end: start + usual.p50Ms });
  }
  return spans;
}

type Usual = Prediction['stages'][number];

function usualOf(prediction: Prediction | undefined, stage: StageView): Usual | undefined {
  return prediction?.stages.find(({ refId, runs }) => refId === stage.refId && runs > 0);
}

function describe(stage: StageView, usual: Usual | undefined, now: number): string {
  const took = stage.startTime === undefined ? '' : `, ${formatDuration((stage.endTime ?? now) - stage.startTime)}`;
  const often = usual ? `, usually ${formatDuration(usual.p50Ms)}, at most ${formatDuration(usual.p90Ms)}` : '';
  return `${stage.name}: ${lookWord(stageLook(stage))}${took}${often}`;
}

function Bar({
  stage,
  usual,
  now,
  percent,
}: {
  readonly stage: StageView;
  readonly usual: Usual | undefined;
  readonly now: number;
  readonly percent: (at: number) => number;
}) {
  if (stage.startTime === undefined) return null;
  const left = percent(stage.startTime);
  const width = Math.max(0.4, percent(stage.endTime ?? now) - left);
  const p50 = usual ? percent(stage.startTime + usual.p50Ms) : undefined;
  const p90 = usual ? percent(stage.startTime + usual.p90Ms) : undefined;
  return (
    <>
      <span
        className="waterfall-bar gk-tone"
        data-look={stageLook(stage)}
        style={{ left: `${left}%`, width: `${width}%` }}
      />
      {p50 !== undefined && p90 !== undefined ? (
        <>
          <span className="waterfall-whisker" style={{ left: `${p50}%`, width: `${Math.max(0, p90 - p50)}%` }} />
          <span className="waterfall-mark" style={{ left: `${p50}%` }} />
        </>
      ) : null}
    </>
  );
}

function Ghost({ span, percent }: { readonly span: Span | undefined; readonly percent: (at: number) => number }) {
  if (!span) return null;
  const left = percent(span.start);
  return (
    <span
      className="waterfall-ghost"
      style={{ left: `${left}%`, width: `${Math.max(0.4, percent(span.end) - left)}%` }}
    />
  );
}

function Forecast({
  execution,
  prediction,
  now,
}: {
  readonly execution: ExecutionView;
  readonly prediction: Prediction | undefined;
  readonly now: number;
}) {
  if (!prediction) return null;
  const { finishAt, slow } = prediction;
  const clock = (at: number): string =>
    new Date(at).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit', second: '2-digit' });
  return (
    <>
      {slow ? <Note look="paused" title={slow.summary} next={slow.next} /> : null}
      {finishAt && !isComplete(execution.status) ? (
        <p className="waterfall-forecast">
          Probably done at <strong>{clock(finishAt.p50)}</strong>
          {finishAt.p50 > now ? `, in ${formatDuration(finishAt.p50 - now)}` : ', which has passed'}; nine of ten are
          done by {clock(finishAt.p90)}.
        </p>
      ) : null}
    </>
  );
}
