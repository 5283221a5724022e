import { Skeleton } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import type { Pipeline, SaveWarning } from '@gennaker/contracts/front50';
import { isComplete } from '@gennaker/contracts/status';
import { stageUis } from '@gennaker/stages/ui';
import { ErrorPanel } from '@gennaker/ui/panels';
import { useBlocker, useNavigate, useSearch } from '@tanstack/react-router';
import { lazy, Suspense, useState } from 'react';
import { StartDialog } from '../executions/start-dialog.tsx';
import { useExecutions } from '../queries/executions.ts';
import { SaveConflict, useSavePipeline } from '../queries/pipelines.ts';
import { ConfigurationPanel } from './configuration-panel.tsx';
import { ConflictDialog } from './conflict-dialog.tsx';
import { EditorGraph } from './editor-graph.tsx';
import { EditorHead } from './editor-head.tsx';
import { useHistory } from './history.ts';
import { addStage, stagesOf, isGraph } from './pipeline-operations.ts';
import { CONFIGURATION, problemsOf } from './problems.ts';
import { ProblemList } from './problem-list.tsx';
import { StagePalette } from './stage-palette.tsx';
import { StagePanel } from './stage-panel.tsx';
import { usePreconfigured } from '../queries/insight.ts';

const JsonMode = lazy(() => import('./json-mode.tsx').then(({ JsonMode: Component }) => ({ default: Component })));
const FROM = '/applications/$application/executions/configure/$pipelineId';

/** What is open for a JSON edit: the whole pipeline or one stage. */
type JsonScope = { readonly of: 'pipeline' } | { readonly of: 'stage'; readonly refId: string };

/** Edits one pipeline: graph, forms, JSON; undo; save with conflicts shown. */
export function PipelineEditor({
  stored,
  siblings,
}: {
  readonly stored: Pipeline;
  readonly siblings: readonly Pipeline[];
}) {
  const history = useHistory(stored);
  const { pipeline, edit, dirty } = history;
  const { node } = useSearch({ from: FROM });
  const navigate = useNavigate({ from: FROM });
  const save = useSavePipeline(stored.application);
  const executions = useExecutions(stored.application);
  const [json, setJson] = useState<JsonScope>();
  const [palette, setPalette] = useState<{ after: string | undefined }>();
  const [warnings, setWarnings] = useState<readonly SaveWarning[]>([]);
  const [starting, setStarting] = useState(false);
  useBlocker({
    shouldBlockFn: ({ current, next }) =>
      dirty && current.pathname !== next.pathname && !window.confirm('Leave without saving your changes?'),
    enableBeforeUnload: () => dirty,
  });

  const select = (next: string | undefined): void =>
    void navigate({
      search: (was) => ({ ...was, node: next === CONFIGURATION ? undefined : next }),
      replace: true,
      resetScroll: false,
    });
  const stages = stagesOf(pipeline);
  const stage = stages.find(({ refId }) => refId === node);
  const preconfigured = usePreconfigured().data ?? [];
  const problems = problemsOf(pipeline, dirty ? [] : warnings, new Set(preconfigured.map(({ type }) => type)));
  const nameTaken = siblings.some(
    (each) => each.id !== pipeline.id && each.name.toLowerCase() === pipeline.name.trim().toLowerCase(),
  );
  const conflict = save.error instanceof SaveConflict ? save.error : undefined;

  const store = (value: Pipeline): void =>
    save.mutate(value, {
      onSuccess: ({ pipeline: saved, warnings: found }) => {
        history.setStored(saved, false);
        setWarnings(found);
        if (found.length > 0)
          notifications.show({
            message: `Stored with ${found.length} ${found.length === 1 ? 'warning' : 'warnings'}: see the list of problems`,
            autoClose: 4000,
          });
      },
    });
  const add = (type: string): void => {
    const ui = stageUis.find((each) => each.type === type);
    const label = ui?.label ?? preconfigured.find((each) => each.type === type)?.label;
    if (label === undefined || !palette) return;
    const { pipeline: next, refId } = addStage(pipeline, palette.after, {
      ...ui?.defaults(pipeline.application),
      type,
      name: label,
    });
    edit(next);
    setPalette(undefined);
    select(refId);
  };

  return (
    <div className="editor">
      <EditorHead
        history={history}
        siblings={siblings}
        saving={save.isPending}
        blocked={
          nameTaken
            ? `Another pipeline is called “${pipeline.name}”`
            : problems.find(({ level }) => level === 'error')?.message
        }
        jsonOpen={json?.of === 'pipeline'}
        onJson={() => setJson(json ? undefined : { of: 'pipeline' })}
        onSave={() => store(pipeline)}
        onAdd={() => setPalette({ after: stage?.refId ?? stages.at(-1)?.refId })}
        onStart={() => setStarting(true)}
      />
      <div className="editor-body">
        {save.isError && !conflict ? <ErrorPanel title="The pipeline was not saved" error={save.error} /> : null}
        {json ? (
          <Suspense fallback={<Skeleton height={420} radius="lg" />}>
            <JsonMode
              scope={json}
              pipeline={pipeline}
              onApply={(next) => edit(next)}
              onClose={() => setJson(undefined)}
            />
          </Suspense>
        ) : (
          <>
            {isGraph(pipeline) ? (
              <EditorGraph
                pipeline={pipeline}
                problems={problems}
                selected={stage ? stage.refId : CONFIGURATION}
                onEdit={edit}
                onSelect={select}
                onAddAfter={(after) => setPalette({ after })}
              />
            ) : null}
            <ProblemList problems={problems} onSelect={select} />
            {stage ? (
              <StagePanel
                key={stage.refId}
                pipeline={pipeline}
                stage={stage}
                problems={problems.filter((problem) => problem.node === stage.refId)}
                onEdit={edit}
                onSelect={select}
                onJson={() => setJson({ of: 'stage', refId: stage.refId })}
              />
            ) : (
              <ConfigurationPanel pipeline={pipeline} onEdit={edit} />
            )}
          </>
        )}
      </div>
      <StagePalette
        opened={palette !== undefined}
        after={stages.find(({ refId }) => refId === palette?.after)?.name}
        onClose={() => setPalette(undefined)}
        preconfigured={preconfigured}
        onChoose={({ type }) => add(type)}
      />
      {conflict ? (
        <ConflictDialog
          base={history.stored}
          mine={pipeline}
          stored={conflict.stored}
          stale={conflict.stale}
          saving={save.isPending}
          onReload={() => {
            save.reset();
            history.setStored(conflict.stored.pipeline, false);
          }}
          onSave={(chosen) => {
            const { updateTs } = conflict.stored;
            save.reset();
            history.setStored({ ...conflict.stored.pipeline, updateTs }, true);
            edit({ ...chosen, updateTs });
            store({ ...chosen, updateTs });
          }}
          onClose={() => save.reset()}
        />
      ) : null}
      {starting ? (
        <StartDialog
          pipeline={history.stored}
          running={
            (executions.data ?? []).filter((each) => each.pipelineConfigId === pipeline.id && !isComplete(each.status))
              .length
          }
          onClose={() => setStarting(false)}
        />
      ) : null}
    </div>
  );
}
