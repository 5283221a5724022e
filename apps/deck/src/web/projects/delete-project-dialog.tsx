import { Button, Group } from '@mantine/core';
import type { ProjectView } from '@gennaker/contracts/projects';
import { ErrorPanel } from '@gennaker/ui/panels';
import { useDeleteProject } from '../queries/projects.ts';
import { Dialog } from '../shell/dialog.tsx';

/** Asks whether a project is to go. */
export function DeleteProjectDialog({
  project,
  onClose,
  onDeleted,
}: {
  readonly project: ProjectView;
  readonly onClose: () => void;
  readonly onDeleted: () => void;
}) {
  const remove = useDeleteProject();
  return (
    <Dialog onClose={onClose} title={`Delete ${project.name}?`}>
      <p className="dialog-text">
        Its applications and pipelines stay. The project waits among the deleted things, from where it can be restored.
      </p>
      {remove.isError ? <ErrorPanel title="The project was not deleted" error={remove.error} /> : null}
      <Group justify="flex-end" gap="xs" mt="md">
        <Button variant="default" onClick={onClose}>
          Keep it
        </Button>
        <Button color="red" loading={remove.isPending} onClick={() => remove.mutate(project, { onSuccess: onDeleted })}>
          Delete {project.name}
        </Button>
      </Group>
    </Dialog>
  );
}
