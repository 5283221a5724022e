import { Skeleton } from '@mantine/core';
import type { ExecutionView, Reason } from '@gennaker/contracts/execution';
import type { ExplanationItem } from '@gennaker/contracts/orca-insight';
import { isComplete } from '@gennaker/contracts/status';
import { ErrorPanel } from '@gennaker/ui/panels';
import { StatusText, statusLook } from '@gennaker/ui/status';
import { Elapsed } from '@gennaker/ui/time';
import { useExplanation } from '../queries/insight.ts';

/** Items shown before the rest is folded. */
const SHOWN = 4;

/** Why an execution is where it is: a sentence, then each thing that waits, failed or was skipped, with its evidence. */
export function WhyPanel({
  execution,
  onSelect,
}: {
  readonly execution: ExecutionView;
  readonly onSelect: (stageId: string) => void;
}) {
  const explanation = useExplanation(execution.id, execution.status !== 'SUCCEEDED');
  if (execution.status === 'SUCCEEDED') return null;
  if (explanation.isPending) return <Skeleton height={64} radius="lg" mb={12} aria-label="Reading why" />;
  if (explanation.isError) return <ErrorPanel title="Why it is so could not be read" error={explanation.error} />;
  const { summary, items, moving } = explanation.data;
  if (moving && items.length === 0) return null;
  const shown = items.slice(0, SHOWN);
  const rest = items.slice(SHOWN);
  return (
    <section className="card why" aria-label="Why" data-moving={moving}>
      <h2 className="why-sentence">{summary}</h2>
      <WhyItems items={shown} onSelect={onSelect} ended={isComplete(execution.status)} />
      {rest.length > 0 ? (
        <details>
          <summary>{rest.length} more</summary>
          <WhyItems items={rest} onSelect={onSelect} ended={isComplete(execution.status)} />
        </details>
      ) : null}
    </section>
  );
}

function WhyItems({
  items,
  onSelect,
  ended,
}: {
  readonly items: readonly ExplanationItem[];
  readonly onSelect: (stageId: string) => void;
  readonly ended: boolean;
}) {
  return (
    <ul className="why-items">
      {items.map((item) => (
        <li key={`${item.subject}:${item.id}`}>
          <div className="why-item-head">
            <StatusText look={item.status === 'RUNNING' ? 'system' : statusLook(item.status)}>
              {item.subject === 'stage' || item.subject === 'task' ? (
                <button type="button" className="text-button" onClick={() => onSelect(stageOf(item))}>
                  {item.name}
                </button>
              ) : (
                item.name
              )}
            </StatusText>
            {item.since !== undefined && !ended ? (
              <span className="gk-muted">
                for <Elapsed from={item.since} />
              </span>
            ) : null}
          </div>
          <div>{item.reason.summary}</div>
          <Evidence of={item.reason} />
          {item.reason.next ? <div className="gk-muted">Next: {item.reason.next}</div> : null}
        </li>
      ))}
    </ul>
  );
}

function stageOf(item: ExplanationItem): string {
  return item.subject === 'task' ? item.id.slice(0, item.id.lastIndexOf('/')) : item.id;
}

function words(value: unknown): string {
  if (typeof value === 'string') return value;
  if (Array.isArray(value) && value.every((each) => typeof each !== 'object')) return value.join(', ');
  return JSON.stringify(value);
}

/** The facts behind a reason as a small table. */
function Evidence({ of: { evidence } }: { readonly of: Reason }) {
  const facts = Object.entries(evidence ?? {}).filter(([, value]) => value !== undefined && value !== null);
  if (facts.length === 0) return null;
  return (
    <table className="why-evidence" aria-label="Evidence">
      <tbody>
        {facts.map(([name, value]) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            <td className="gk-mono">{words(value)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
