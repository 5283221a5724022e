import { Button, Group, Skeleton } from '@mantine/core';
import type { StageView } from '@gennaker/contracts/execution';
import { isComplete } from '@gennaker/contracts/status';
import { ErrorPanel, ReasonNote } from '@gennaker/ui/panels';
import { stageLook, StatusText, statusLook } from '@gennaker/ui/status';
import { Elapsed } from '@gennaker/ui/time';
import { useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useEffect } from 'react';
import { refreshClouds, useTask } from '../queries/operations.ts';
import { FailedOperation } from './failed-operation.tsx';
import { failedOperationOf } from './operation-of-stage.ts';

/** A task by hand as it goes on: each stage with its reason; at the end its result. */
function TaskProgress({ application, id }: { readonly application: string; readonly id: string }) {
  const client = useQueryClient();
  const task = useTask(id);
  const ended = task.data !== undefined && isComplete(task.data.status);
  useEffect(() => {
    if (ended) refreshClouds(client);
  }, [client, ended]);
  return (
    <section className="task-progress" aria-label="Progress" aria-busy={!ended}>
      {task.isError ? (
        <ErrorPanel title="How far it is could not be read" error={task.error} />
      ) : !task.data ? (
        <Skeleton height={44} role="status" aria-label="Reading how far it is" />
      ) : (
        <>
          <div className="task-state" role="status">
            <StatusText look={statusLook(task.data.status)} />
            <span className="gk-muted">
              <Elapsed from={task.data.startTime} to={task.data.endTime} />
            </span>
          </div>
          <ul className="task-stages">
            {task.data.stages.map((stage) => (
              <TaskStage key={stage.id} task={id} stage={stage} />
            ))}
          </ul>
        </>
      )}
      <p className="gk-muted panel-none">
        {ended ? null : 'It goes on when this is closed. '}
        <Link
          className="link"
          to="/applications/$application/executions/details/$executionId"
          params={{ application, executionId: id }}
          search={{}}
        >
          Everything about this task
        </Link>
      </p>
    </section>
  );
}

/** What a dialog shows once its task was begun: how it goes on, and the way out. */
export function FollowedTask({
  application,
  id,
  onClose,
}: {
  readonly application: string;
  readonly id: string;
  readonly onClose: () => void;
}) {
  return (
    <div className="form-stack">
      <TaskProgress application={application} id={id} />
      <Group justify="flex-end">
        <Button variant="default" data-autofocus onClick={onClose}>
          Close
        </Button>
      </Group>
    </div>
  );
}

function TaskStage({ task, stage }: { readonly task: string; readonly stage: StageView }) {
  const look = stageLook(stage);
  const failed = failedOperationOf(stage);
  const reason = stage.tasks.findLast((one) => one.reason)?.reason ?? stage.reason;
  return (
    <li>
      <StatusText look={look}>{stage.name}</StatusText>
      {failed ? (
        <FailedOperation execution={task} operation={failed} />
      ) : reason ? (
        <ReasonNote reason={reason} look={look === 'running' ? 'system' : look} />
      ) : null}
    </li>
  );
}
