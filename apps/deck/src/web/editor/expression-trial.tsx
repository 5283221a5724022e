import { Autocomplete, Select } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import type { Pipeline } from '@gennaker/contracts/front50';
import { ErrorPanel } from '@gennaker/ui/panels';
import type { StageConfig } from '@gennaker/ui/stage-ui';
import { formatInstant } from '@gennaker/ui/time';
import { useState } from 'react';
import { useExecutions } from '../queries/executions.ts';
import { usePreview } from '../queries/expressions.ts';
import { completionsOf } from './complete-expression.ts';

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
  const written = textsOf(stage);
  const [text, setText] = useState(written[0] ?? '${ execution.id }');
  const [settled] = useDebouncedValue(text, PAUSE_MS);
  const [chosen, setChosen] = useState<string>();
  const execution = past.find(({ id }) => id === chosen) ?? past[0];
  const stageId = execution?.stages.find(({ refId, parentStageId }) => refId === stage['refId'] && !parentStageId)?.id;
  const preview = usePreview(execution && { id: execution.id, stageId }, settled);
  if (all.isError) return <ErrorPanel title="The executions could not be read" error={all.error} />;
  if (!execution)
    return <p className="gk-muted">{all.isPending ? 'Looking for executions…' : 'It has not run yet.'}</p>;
  const completed = completionsOf(text, preview.data?.names ?? []);
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
        <Autocomplete
          label="Text"
          classNames={{ input: 'gk-mono' }}
          data={[...new Set(completed.length > 0 ? completed : written)]}
          filter={({ options }) => options}
          value={text}
          onChange={setText}
        />
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
      <thead>
        <tr>
          <th scope="col">Part</th>
          <th scope="col">Value</th>
        </tr>
      </thead>
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

/** The texts with expressions in a stage's settings, each once. */
function textsOf(value: unknown): readonly string[] {
  if (typeof value === 'string') return value.includes('${') ? [value] : [];
  if (typeof value !== 'object' || value === null) return [];
  return [...new Set(Object.values(value).flatMap(textsOf))];
}
