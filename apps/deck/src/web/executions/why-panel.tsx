import { Skeleton } from '@mantine/core';
import type { ExecutionView } from '@gennaker/contracts/execution';
import type { ExplanationItem } from '@gennaker/contracts/orca-insight';
import { isComplete } from '@gennaker/contracts/status';
import { ErrorPanel } from '@gennaker/ui/panels';
import type { Look } from '@gennaker/ui/status';
import { stageLook, StatusText, statusLook } from '@gennaker/ui/status';
import { Elapsed, withLocalTimes } from '@gennaker/ui/time';
import { useExplanation } from '../queries/insight.ts';
import { Evidence } from './evidence.tsx';

/** Items shown before the rest is folded. */
const SHOWN = 4;

/** Why an execution is where it is: a sentence, then each thing that waits, failed or was skipped, with its evidence. */
export function WhyPanel({
  execution,
  onSelect,
  brief = false,
}: {
  readonly execution: ExecutionView;
  readonly onSelect: (stageId: string) => void;
  /** The sentence alone. */
  readonly brief?: boolean;
}) {
  const explanation = useExplanation(execution.id, execution.status !== 'SUCCEEDED');
  if (execution.status === 'SUCCEEDED') return null;
  if (explanation.isPending) return <Skeleton height={64} radius="lg" mb={12} role="status" aria-label="Reading why" />;
  if (explanation.isError) return <ErrorPanel title="Why it is so could not be read" error={explanation.error} />;
  const { summary, items, moving } = explanation.data;
  if (moving && items.length === 0) return null;
  // What has not begun explains itself by what holds it up.
  const telling = items.filter((item) => !repeats(item, items, summary));
  const first = telling.filter(({ status, subject }) => status !== 'NOT_STARTED' || subject !== 'stage');
  // While it moves, the sentence is enough: what follows would change under one's eyes.
  const shown = moving ? [] : (first.length > 0 ? first : telling).slice(0, SHOWN);
  const rest = telling.filter((item) => !shown.includes(item));
  return (
    <section className="card why" aria-label="Why" data-moving={moving}>
      <h2 className="why-sentence">{withLocalTimes(summary)}</h2>
      {brief ? null : (
        <>
          {shown.length > 0 ? (
            <WhyItems items={shown} execution={execution} summary={summary} onSelect={onSelect} />
          ) : null}
          {rest.length > 0 ? (
            <details>
              <summary>{shown.length > 0 ? `${rest.length} more` : 'Details'}</summary>
              <WhyItems items={rest} execution={execution} summary={summary} onSelect={onSelect} />
            </details>
          ) : null}
        </>
      )}
    </section>
  );
}

/** True when an item about the whole says nothing that the sentence and the stages do not say. */
function repeats(item: ExplanationItem, items: readonly ExplanationItem[], summary: string): boolean {
  if (item.subject !== 'execution' || !summary.includes(item.reason.summary)) return false;
  const evidence = JSON.stringify(item.reason.evidence ?? {});
  return (
    evidence === '{}' ||
    items.some((other) => other !== item && JSON.stringify(other.reason.evidence ?? {}) === evidence)
  );
}

function WhyItems({
  items,
  execution,
  summary,
  onSelect,
}: {
  readonly items: readonly ExplanationItem[];
  readonly execution: ExecutionView;
  readonly summary: string;
  readonly onSelect: (stageId: string) => void;
}) {
  const said = (text: string | undefined): boolean =>
    text === undefined || summary.toLowerCase().includes(text.toLowerCase());
  return (
    <ul className="why-items">
      {items.map((item) => (
        <li key={`${item.subject}:${item.id}`}>
          <div className="why-item-head">
            <StatusText look={lookOf(item, execution)}>
              {item.subject === 'stage' || item.subject === 'task' ? (
                <button type="button" className="text-button" onClick={() => onSelect(stageOf(item))}>
                  {item.name}
                </button>
              ) : (
                item.name
              )}
            </StatusText>
            {item.since !== undefined && !isComplete(execution.status) ? (
              <span className="gk-muted">
                for <Elapsed from={item.since} />
              </span>
            ) : null}
          </div>
          {said(item.reason.summary) ? null : <div>{withLocalTimes(item.reason.summary)}</div>}
          <Evidence of={item.reason} />
          {said(item.reason.next) ? null : (
            <div className="gk-muted">Next: {withLocalTimes(item.reason.next ?? '')}</div>
          )}
        </li>
      ))}
    </ul>
  );
}

function lookOf(item: ExplanationItem, execution: ExecutionView): Look {
  if (item.subject === 'queue') return 'system';
  const stage = execution.stages.find(({ id }) => id === stageOf(item));
  const look = stage?.status === item.status ? stageLook(stage) : statusLook(item.status);
  return look === 'running' ? 'system' : look;
}

function stageOf(item: ExplanationItem): string {
  return item.subject === 'task' ? item.id.slice(0, item.id.lastIndexOf('/')) : item.id;
}
