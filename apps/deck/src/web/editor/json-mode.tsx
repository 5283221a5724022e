import { Button } from '@mantine/core';
import { ServiceError } from '@gennaker/contracts/error';
import type { Pipeline } from '@gennaker/contracts/front50';
import { pipelineSchema } from '@gennaker/contracts/front50';
import { ErrorPanel } from '@gennaker/ui/panels';
import type { JsonObject } from '@gennaker/ui/stage-ui';
import { useState } from 'react';
import { z } from 'zod';
import { JsonEditor } from './json-editor.tsx';
import { parseJson } from './json-text.ts';
import { replaceStage, stagesOf } from './pipeline-operations.ts';

interface JsonModeProps {
  readonly scope: { readonly of: 'pipeline' } | { readonly of: 'stage'; readonly refId: string };
  readonly pipeline: Pipeline;
  readonly onApply: (pipeline: Pipeline) => void;
  readonly onClose: () => void;
}

const stageText = z.looseObject({ type: z.string().min(1) });

/**
 * The pipeline that the text says, as an object with every key that was written.
 * @throws ServiceError 400 that says where the text is wrong.
 */
export function readJson(text: string, scope: JsonModeProps['scope'], pipeline: Pipeline): Pipeline {
  const value = parseJson(text);
  const parsed = (scope.of === 'stage' ? stageText : pipelineSchema).safeParse(value);
  if (!parsed.success)
    throw new ServiceError(400, z.prettifyError(parsed.error), {
      fix: 'Keys that are not known here are kept; these must be right.',
    });
  if (scope.of === 'stage') return replaceStage(pipeline, scope.refId, value as JsonObject & { type: string });
  const next = value as Pipeline;
  if (next.id !== pipeline.id || next.application !== pipeline.application)
    throw new ServiceError(
      400,
      'The keys “id” and “application” tell which pipeline this is and cannot be changed here.',
      { fix: `Put back "id": "${pipeline.id ?? ''}" and "application": "${pipeline.application}".` },
    );
  return next;
}

/** The whole pipeline, or one stage, as JSON under edit. What is applied can be undone like any edit. */
export function JsonMode({ scope, pipeline, onApply, onClose }: JsonModeProps) {
  const source = scope.of === 'pipeline' ? pipeline : stagesOf(pipeline).find(({ refId }) => refId === scope.refId);
  const shown = JSON.stringify(source ?? {}, null, 2);
  const [text, setText] = useState(shown);
  const [error, setError] = useState<unknown>();
  const apply = (): void => {
    try {
      onApply(readJson(text, scope, pipeline));
      setError(undefined);
      onClose();
    } catch (problem) {
      setError(problem);
    }
  };
  const title =
    scope.of === 'pipeline'
      ? 'The pipeline as JSON'
      : `“${source && 'type' in source ? String(source.name ?? source['type']) : ''}” as JSON`;
  return (
    <section className="panel" aria-label={title}>
      <header className="panel-head">
        <div className="stage-title">
          <h2>{title}</h2>
          <span className="gk-muted">Keys that deck does not know are kept</span>
        </div>
        <Button size="compact-md" variant="default" onClick={onClose}>
          Close
        </Button>
        <Button size="compact-md" disabled={text === shown} onClick={apply}>
          Apply
        </Button>
      </header>
      {error ? (
        <div style={{ padding: '14px 16px 0' }}>
          <ErrorPanel title="This cannot be applied" error={error} />
        </div>
      ) : null}
      <div className="json-mode">
        <JsonEditor label={title} value={text} onChange={setText} />
      </div>
    </section>
  );
}
