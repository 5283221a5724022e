import { Button, Checkbox, Group, Skeleton } from '@mantine/core';
import type { UndoEntry } from '@gennaker/contracts/cloud-undo';
import type { ExecutionView } from '@gennaker/contracts/execution';
import type { UndoPreview } from '@gennaker/contracts/orca-undo';
import { ErrorPanel, Note } from '@gennaker/ui/panels';
import { Chip } from '@gennaker/ui/status';
import { Ago } from '@gennaker/ui/time';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { Sentences } from '../infrastructure/preview-panel.tsx';
import { FollowedTask } from '../infrastructure/task-progress.tsx';
import { useStartUndo, useUndoPreview } from '../queries/undo.ts';
import { Dialog } from '../shell/dialog.tsx';

/** Takes back what an execution did to clouds: says first what each change's undo would do now, starts it, follows it. */
export function UndoDialog({
  execution,
  onClose,
}: {
  readonly execution: ExecutionView;
  readonly onClose: () => void;
}) {
  const start = useStartUndo(execution.id);
  return (
    <Dialog onClose={onClose} title={`Undo ${execution.name}`} size="min(760px, 94vw)">
      {start.data === undefined ? (
        <UndoForm execution={execution} start={start} onClose={onClose} />
      ) : (
        <FollowedTask application={execution.application} id={start.data} onClose={onClose} />
      )}
    </Dialog>
  );
}

function UndoForm({
  execution,
  start,
  onClose,
}: {
  readonly execution: ExecutionView;
  readonly start: ReturnType<typeof useStartUndo>;
  readonly onClose: () => void;
}) {
  const [force, setForce] = useState(false);
  const preview = useUndoPreview(execution.id);
  const { needsForce = false, problems = [] } = preview.data ?? {};
  const ready = preview.isSuccess && !preview.isFetching && problems.length === 0 && (force || !needsForce);
  return (
    <form
      className="form-stack"
      onSubmit={(event) => {
        event.preventDefault();
        if (ready) start.mutate({ force: needsForce && force });
      }}
    >
      <section className="preview" aria-label="What it will do" aria-busy={preview.isFetching}>
        {preview.isError ? (
          <ErrorPanel
            title="What it would do could not be found out"
            error={preview.error}
            action={
              <Button size="compact-sm" variant="default" onClick={() => void preview.refetch()}>
                Look again
              </Button>
            }
          />
        ) : !preview.data ? (
          <Skeleton height={120} role="status" aria-label="Looking at what it would do" />
        ) : (
          <Changes execution={execution} undo={preview.data} />
        )}
      </section>
      {preview.data && needsForce && problems.length === 0 ? (
        <Checkbox
          label="Take back the rest all the same"
          description={forceMeans(preview.data)}
          checked={force}
          onChange={(event) => setForce(event.currentTarget.checked)}
        />
      ) : null}
      {start.isError ? <ErrorPanel title="It was not begun" error={start.error} /> : null}
      <Group justify="flex-end" gap="xs">
        <Button variant="default" onClick={onClose}>
          Leave it
        </Button>
        <Button type="submit" color="red" loading={start.isPending} disabled={!ready}>
          Undo
        </Button>
      </Group>
    </form>
  );
}

/** What a start in spite of drift and of what cannot be taken back means here. */
function forceMeans({ drift, entries }: UndoPreview): string {
  const impossible = entries.filter(({ impossible: why }) => why !== undefined).length;
  return [
    ...(drift.length > 0
      ? ['What changed since goes back to how it was before the execution: that change is lost.']
      : []),
    ...(impossible > 0
      ? [`${impossible === 1 ? 'One change stays' : `${impossible} changes stay`} as the execution left it.`]
      : []),
  ].join(' ');
}

function Changes({ execution, undo }: { readonly execution: ExecutionView; readonly undo: UndoPreview }) {
  const { sentence, problems, drift, entries, children } = undo;
  return (
    <>
      <p className="way-back-sentence">{sentence}</p>
      {problems.length > 0 ? (
        <Note look="failed" title="It cannot be started">
          <Sentences of={problems} />
        </Note>
      ) : null}
      {drift.length > 0 ? (
        <Note look="paused" title="Changed since the execution ended">
          <Sentences of={drift} />
        </Note>
      ) : null}
      {entries.length > 0 ? (
        <>
          <h4 className="gk-section-title">Its changes, the last one first</h4>
          <ol className="way-back">
            {entries.map((entry) => (
              <li key={entry.operationId}>
                <Change entry={entry} stage={execution.stages.find(({ id }) => id === entry.stageId)?.name} />
              </li>
            ))}
          </ol>
        </>
      ) : null}
      {children.length > 0 ? (
        <Note look="skipped" title="Not part of this: executions that it started. Undo each on its own page.">
          <ul className="panel-problems">
            {children.map((id) => (
              <li key={id}>
                <Link className="link gk-mono" to="/executions/$executionId" params={{ executionId: id }}>
                  {id}
                </Link>
              </li>
            ))}
          </ul>
        </Note>
      ) : null}
    </>
  );
}

/** One change: what it did, then what takes it back, why nothing has to, or why nothing can. */
function Change({ entry, stage }: { readonly entry: UndoEntry; readonly stage: string | undefined }) {
  const { did, account, at, steps, left, impossible } = entry;
  return (
    <>
      <h5>
        {did}
        <span className="gk-muted">
          {[stage, account].filter(Boolean).join(' · ')} · <Ago at={at} />
        </span>
        {impossible === undefined ? null : <Chip look="failed">Stays</Chip>}
      </h5>
      {steps.length > 0 ? (
        <ol className="way-back-steps">
          {steps.map((step) => (
            <li key={step.sentence}>
              {step.sentence}
              {step.settled ? <span className="gk-muted">: it is so already</span> : null}
              <Sentences of={step.preview.changes} />
              {step.preview.warnings.length > 0 ? (
                <Note look="paused" title="Know first">
                  <Sentences of={step.preview.warnings} />
                </Note>
              ) : null}
              {step.preview.problems.length > 0 ? (
                <Note look="failed" title="As it is now it would be refused">
                  <Sentences of={step.preview.problems} />
                </Note>
              ) : null}
            </li>
          ))}
        </ol>
      ) : null}
      {left === undefined ? null : <p className="gk-muted panel-none">Nothing to do: {left}</p>}
      {impossible === undefined ? null : <Note look="continued" title="It cannot be taken back" why={impossible} />}
    </>
  );
}
