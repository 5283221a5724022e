import { Select } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import type { Pipeline } from '@gennaker/contracts/front50';
import { TextField } from '@gennaker/ui/fields';
import { ErrorPanel } from '@gennaker/ui/panels';
import type { StageConfig } from '@gennaker/ui/stage-ui';
import { formatInstant } from '@gennaker/ui/time';
import { TableHead } from '@gennaker/ui/table-head';
import { useState } from 'react';
import { useExecutions } from '../queries/executions.ts';
import { usePreview } from '../queries/expressions.ts';
import { ExpressionScope, placeIn } from './expression-scope.tsx';

/** Requests wait for this pause in typing, ms. */
const PAUSE_MS = 300;

/** Tries the expressions of a stage, or any other, against an execution of the pipeline that has been. */
export function ExpressionTrial({ pipeline, stage }: { readonly pipeline: Pipeline; readonly stage: StageConfig }) {
  const [open, setOpen] = useState(false);
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>Try expressions against an execution</summary>
      {open ? <Trial pipeline={pipeline} stage={stage} /> : null}
    </details>
  );
}

function Trial({ pipeline, stage }: { readonly pipeline: Pipeline; readonly stage: StageConfig }) {
  const all = useExecutions(pipeline.application);
  const past = (all.data ?? []).filter(({ pipelineConfigId }) => pipelineConfigId === pipeline.id);
  const [text, setText] = useState(firstText(stage) ?? '${ execution.id }');
  const [settled] = useDebouncedValue(text, PAUSE_MS);
  const [chosen, setChosen] = useState<string>();
  const execution = past.find(({ id }) => id === chosen) ?? past[0];
  const place = placeIn(execution, stage);
  const preview = usePreview(place, settled);
  if (all.isError) return <ErrorPanel title="The executions could not be read" error={all.error} />;
  if (!execution)
    return <p className="gk-muted">{all.isPending ? 'Looking for executions…' : 'It has not run yet.'}</p>;
  return (
    <>
      <div className="gk-field-grid">
        <Select
          label="Execution"
          allowDeselect={false}
          data={past.map(({ id, buildTime, status }) => ({
            value: id,
            label: `${formatInstant(buildTime)}, ${status}`,
          }))}
          value={execution.id}
          onChange={(id) => setChosen(id ?? undefined)}
        />
        <ExpressionScope pipeline={pipeline} place={place} called="It comes to">
          <TextField mono label="Text" value={text} onChange={(next) => setText(next ?? '')} />
        </ExpressionScope>
      </div>
      {preview.isError ? <ErrorPanel title="It could not be tried" error={preview.error} /> : null}
      {preview.data ? <Steps of={preview.data} /> : null}
    </>
  );
}

type Previewed = NonNullable<ReturnType<typeof usePreview>['data']>;

/** Each part with what it came to; the whole last. */
function Steps({ of: { steps, result } }: { readonly of: Previewed }) {
  return (
    <table className="table" aria-label="Steps">
      <TableHead columns={['Part', 'Value']} />
      <tbody>
        {steps.map(({ text, value, error }, at) => (
          <tr key={`${at} ${text}`}>
            <td className="gk-mono">{text}</td>
            <td className={error === undefined ? 'gk-mono' : ''}>{error ?? JSON.stringify(value)}</td>
          </tr>
        ))}
        <tr>
          <th scope="row">The text</th>
          <td className="gk-mono">{JSON.stringify(result)}</td>
        </tr>
      </tbody>
    </table>
  );
}

/** The first text with an expression in a stage's settings. */
function firstText(value: unknown): string | undefined {
  if (typeof value === 'string') return value.includes('${') ? value : undefined;
  if (typeof value !== 'object' || value === null) return undefined;
  for (const each of Object.values(value)) {
    const found = firstText(each);
    if (found !== undefined) return found;
  }
  return undefined;
}
