import { Select, Skeleton } from '@mantine/core';
import type { ExecutionView } from '@gennaker/contracts/execution';
import type { Comparison } from '@gennaker/contracts/orca-insight';
import { ErrorPanel } from '@gennaker/ui/panels';
import { StatusText, statusLook } from '@gennaker/ui/status';
import { formatDuration } from '@gennaker/ui/time';
import { TableHead } from '@gennaker/ui/table-head';
import { useExecutions } from '../queries/executions.ts';
import { useComparison } from '../queries/insight.ts';
import { triggerSentence } from './trigger-sentence.ts';

/** This execution beside another one of its pipeline: what started them, then stage by stage. */
export function CompareView({
  execution,
  other,
  onOther,
}: {
  readonly execution: ExecutionView;
  readonly other: string | undefined;
  readonly onOther: (id: string | undefined) => void;
}) {
  const executions = useExecutions(execution.application);
  const candidates = (executions.data ?? []).filter(
    (each) =>
      each.id !== execution.id &&
      (execution.pipelineConfigId
        ? each.pipelineConfigId === execution.pipelineConfigId
        : each.name === execution.name),
  );
  const comparison = useComparison(execution.id, other);
  const options = candidates.map((each) => ({
    value: each.id,
    label: `${triggerSentence(each)}, ${new Date(each.startTime ?? each.buildTime).toLocaleString()}, ${each.status}`,
  }));
  if (other && !options.some(({ value }) => value === other)) options.push({ value: other, label: other });
  return (
    <section className="compare" aria-label="Compare">
      <Select
        label="Compare with"
        placeholder={candidates.length > 0 ? 'Choose an execution' : 'This pipeline has no other execution'}
        data={options}
        value={other ?? null}
        onChange={(value) => onOther(value ?? undefined)}
        clearable
        searchable
        maw={560}
      />
      {other === undefined ? null : comparison.isPending ? (
        <Skeleton height={180} radius="lg" />
      ) : comparison.isError ? (
        <ErrorPanel title="They could not be compared" error={comparison.error} />
      ) : (
        <ComparisonTables comparison={comparison.data} />
      )}
    </section>
  );
}

function ComparisonTables({ comparison }: { readonly comparison: Comparison }) {
  return (
    <>
      <div className="card">
        <table className="table">
          <caption className="visually-hidden">Stages of both executions</caption>
          <TableHead columns={['Stage', 'This', 'Other', 'Differences']} />
          <tbody>
            {comparison.stages.map((stage) => (
              <tr key={stage.refId}>
                <th scope="row" className="compare-name">
                  {stage.name}
                </th>
                <Side of={stage.a} />
                <Side of={stage.b} />
                <td>
                  {stage.differences.length === 0 ? (
                    <span className="gk-muted">None</span>
                  ) : (
                    <Differences of={stage.differences} />
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <div className="card compare-start">
        <h3>What started them</h3>
        {comparison.differences.length === 0 ? (
          <p className="gk-muted">Both began with the same trigger, parameters and artifacts.</p>
        ) : (
          <Differences of={comparison.differences} />
        )}
      </div>
    </>
  );
}

function Side({ of }: { readonly of: Comparison['stages'][number]['a'] }) {
  if (!of) return <td className="gk-muted">Not there</td>;
  return (
    <td>
      <StatusText look={statusLook(of.status)} />{' '}
      <span className="gk-num gk-muted">{of.durationMs === undefined ? '' : formatDuration(of.durationMs)}</span>
    </td>
  );
}

/** Characters of a value that are shown before the rest is folded. */
const SHOWN = 120;

function Value({ of }: { readonly of: unknown }) {
  if (of === undefined) return <span className="gk-muted">absent</span>;
  const all = typeof of === 'string' ? of : JSON.stringify(of, null, 1);
  if (all.length <= SHOWN) return typeof of === 'string' ? all : JSON.stringify(of);
  return (
    <details>
      <summary>{all.slice(0, SHOWN).trimEnd()}…</summary>
      <pre>{all}</pre>
    </details>
  );
}

function Differences({ of }: { readonly of: Comparison['differences'] }) {
  return (
    <dl className="compare-differences">
      {of.map(({ path, a, b }) => (
        <div key={path}>
          <dt className="gk-mono">{path}</dt>
          <dd className="gk-mono">
            <span className="visually-hidden">This: </span>
            <Value of={a} />
          </dd>
          <dd className="gk-mono">
            <span className="visually-hidden">Other: </span>
            <Value of={b} />
          </dd>
        </div>
      ))}
    </dl>
  );
}
