import { Button } from '@mantine/core';
import type { ExecutionView } from '@gennaker/contracts/execution';
import { isComplete } from '@gennaker/contracts/status';
import { UndoHistoryIcon, UndoIcon } from '@gennaker/ui/icons';
import { list, object } from '@gennaker/ui/stage-ui';
import { useState } from 'react';
import { RollbackDialog } from './rollback-dialog.tsx';
import { UndoDialog } from './undo-dialog.tsx';

/** The ways back from an execution that has ended: a rollback of what it deployed, the undo of all that it did to clouds. */
export function WayBack({ execution }: { readonly execution: ExecutionView }) {
  const [open, setOpen] = useState<'rollback' | 'undo'>();
  const { id, name, application, status, stages } = execution;
  if (!isComplete(status)) return null;
  const deployed = stages.some(({ outputs }) => list(outputs['deployedServerGroups']).length > 0);
  const changed = stages.some(({ context }) => 'id' in object(context['kato.last.task.id']));
  const close = (): void => setOpen(undefined);
  return (
    <>
      {deployed ? (
        <Button
          size="compact-sm"
          variant="default"
          leftSection={<UndoIcon size={14} />}
          onClick={() => setOpen('rollback')}
        >
          Roll back
        </Button>
      ) : null}
      {changed ? (
        <Button
          size="compact-sm"
          variant="default"
          leftSection={<UndoHistoryIcon size={14} />}
          onClick={() => setOpen('undo')}
        >
          Undo
        </Button>
      ) : null}
      {open === 'rollback' ? (
        <RollbackDialog application={application} subject={{ execution: { id, name } }} onClose={close} />
      ) : null}
      {open === 'undo' ? <UndoDialog execution={execution} onClose={close} /> : null}
    </>
  );
}
