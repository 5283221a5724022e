import { ActionIcon, Button, Tooltip } from '@mantine/core';
import type { ExecutionView } from '@gennaker/contracts/execution';
import { isComplete } from '@gennaker/contracts/status';
import { EditIcon, PausedIcon, PlayIcon, StopIcon } from '@gennaker/ui/icons';
import { CopyText, ErrorPanel } from '@gennaker/ui/panels';
import { executionLook, StatusText } from '@gennaker/ui/status';
import { Ago, Elapsed } from '@gennaker/ui/time';
import { Link } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { usePauseOrResume } from '../queries/actions.ts';
import { typing } from '../shell/shortcuts.ts';
import { WayBack } from '../undo/way-back.tsx';
import { CancelDialog } from './cancel-dialog.tsx';
import { startedBy, triggerSentence } from './trigger-sentence.ts';

/** Name, state and actions of an execution. Keys: p pauses or resumes, Shift C asks to cancel. */
export function ExecutionHead({ execution }: { readonly execution: ExecutionView }) {
  const [cancelling, setCancelling] = useState(false);
  const pause = usePauseOrResume();
  const { application, pipelineConfigId, status } = execution;
  const running = !isComplete(status);
  const pausable = status === 'RUNNING' || status === 'PAUSED';
  const toggle = (): void => pause.mutate({ execution, to: status === 'PAUSED' ? 'RUNNING' : 'PAUSED' });
  const keyed = useRef({ toggle, pausable, running });
  keyed.current = { toggle, pausable, running };
  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || event.defaultPrevented) return;
      if (document.querySelector('[role=dialog]')) return;
      if (event.key === 'p' && keyed.current.pausable) keyed.current.toggle();
      else if (event.key === 'C' && keyed.current.running) setCancelling(true);
    };
    document.addEventListener('keydown', press);
    return () => document.removeEventListener('keydown', press);
  }, []);
  return (
    <>
      <div className="execution-page-head">
        <h1>{execution.name}</h1>
        <span role="status">
          <StatusText look={executionLook(execution)} />
        </span>
        <span className="gk-muted">
          <Elapsed from={execution.startTime} to={execution.endTime} />
        </span>
        <div style={{ flex: 1 }} />
        {pausable ? (
          <Button
            size="compact-sm"
            variant="default"
            aria-keyshortcuts="p"
            leftSection={status === 'PAUSED' ? <PlayIcon size={14} /> : <PausedIcon size={14} />}
            loading={pause.isPending}
            onClick={toggle}
          >
            {status === 'PAUSED' ? 'Resume' : 'Pause'}
          </Button>
        ) : null}
        <WayBack execution={execution} />
        {pipelineConfigId ? (
          <Button
            size="compact-sm"
            variant="default"
            leftSection={<EditIcon size={14} />}
            renderRoot={(props) => (
              <Link
                to="/applications/$application/executions/configure/$pipelineId"
                params={{ application, pipelineId: pipelineConfigId }}
                search={{}}
                {...props}
              />
            )}
          >
            Configure
          </Button>
        ) : null}
        {running ? (
          <Tooltip label="Cancel">
            <ActionIcon
              variant="default"
              aria-label="Cancel"
              aria-keyshortcuts="Shift+C"
              onClick={() => setCancelling(true)}
            >
              <StopIcon size={14} />
            </ActionIcon>
          </Tooltip>
        ) : null}
        <div className="execution-page-facts">
          <span>{triggerSentence(execution)}</span>
          <span>by {startedBy(execution)}</span>
          <span>
            <Ago at={execution.startTime ?? execution.buildTime} />
          </span>
          <span className="gk-mono" style={{ display: 'inline-flex', alignItems: 'center', gap: 4 }}>
            {execution.id}
            <CopyText text={execution.id} label="Copy the id" />
          </span>
        </div>
      </div>
      {pause.isError ? (
        <ErrorPanel
          title={pause.variables.to === 'PAUSED' ? 'It was not paused' : 'It was not resumed'}
          error={pause.error}
        />
      ) : null}
      <CancelDialog execution={execution} opened={cancelling} onClose={() => setCancelling(false)} />
    </>
  );
}
