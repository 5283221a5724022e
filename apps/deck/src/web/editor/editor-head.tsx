import { ActionIcon, Button, Group, Menu, TextInput, Tooltip } from '@mantine/core';
import type { Pipeline } from '@gennaker/contracts/front50';
import {
  DestroyIcon,
  HookIcon,
  JsonIcon,
  MoreIcon,
  PipelineIcon,
  PlayIcon,
  PlusIcon,
  RedoIcon,
  UndoHistoryIcon,
  UndoIcon,
  VersionsIcon,
} from '@gennaker/ui/icons';
import { ErrorPanel } from '@gennaker/ui/panels';
import { Link, useNavigate } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { useDeletePipeline } from '../queries/pipelines.ts';
import type { useHistory } from './history.ts';
import { Dialog } from '../shell/dialog.tsx';
import { MakeTemplateDialog } from '../templates/make-template-dialog.tsx';

interface HeadProps {
  readonly history: ReturnType<typeof useHistory>;
  readonly siblings: readonly Pipeline[];
  readonly saving: boolean;
  /** Why it cannot be saved now. */
  readonly blocked: string | undefined;
  readonly jsonOpen: boolean;
  readonly onJson: () => void;
  readonly onSave: () => void;
  readonly onAdd: () => void;
  readonly onStart: () => void;
}

/** The editor's bar: name, undo, JSON, add, start, save. */
export function EditorHead({ history, saving, blocked, jsonOpen, onJson, onSave, onAdd, onStart }: HeadProps) {
  const { pipeline, stored, dirty } = history;
  const [deleting, setDeleting] = useState(false);
  const [templating, setTemplating] = useState(false);
  const canSave = dirty && !blocked && !saving;
  useEditorKeys(history, () => canSave && onSave());
  return (
    <header className="editor-head">
      <Link
        className="editor-back plain"
        to="/applications/$application/executions"
        params={{ application: stored.application }}
        search={{}}
      >
        Pipelines
      </Link>
      <span className="switch-slash" aria-hidden>
        /
      </span>
      <h1>{pipeline.name || 'Unnamed pipeline'}</h1>
      <span className="editor-dirty" role="status">
        {saving ? 'Saving…' : dirty ? 'Unsaved changes' : 'Saved'}
      </span>
      <div className="page-space" />
      <Group gap={4} wrap="nowrap">
        <Tooltip label="Undo">
          <ActionIcon
            variant="subtle"
            color="gray"
            aria-label="Undo"
            disabled={!history.canUndo}
            onClick={history.undo}
          >
            <UndoIcon size={16} />
          </ActionIcon>
        </Tooltip>
        <Tooltip label="Redo">
          <ActionIcon
            variant="subtle"
            color="gray"
            aria-label="Redo"
            disabled={!history.canRedo}
            onClick={history.redo}
          >
            <RedoIcon size={16} />
          </ActionIcon>
        </Tooltip>
      </Group>
      <Button size="compact-md" variant="default" leftSection={<PlusIcon size={15} />} onClick={onAdd}>
        Add stage
      </Button>
      <Button
        size="compact-md"
        variant={jsonOpen ? 'light' : 'default'}
        leftSection={<JsonIcon size={15} />}
        aria-pressed={jsonOpen}
        onClick={onJson}
      >
        JSON
      </Button>
      <Tooltip label={dirty ? 'Save first' : 'Start the saved pipeline'}>
        <Button
          size="compact-md"
          variant="default"
          leftSection={<PlayIcon size={15} />}
          disabled={dirty || stored.disabled === true}
          onClick={onStart}
        >
          Start
        </Button>
      </Tooltip>
      <Tooltip label={blocked} disabled={!blocked || !dirty}>
        <Button size="compact-md" loading={saving} disabled={!canSave} onClick={onSave}>
          Save
        </Button>
      </Tooltip>
      <Menu position="bottom-end" width={220}>
        <Menu.Target>
          <ActionIcon variant="subtle" color="gray" aria-label="More about this pipeline">
            <MoreIcon size={16} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<UndoHistoryIcon size={15} />} disabled={!dirty} onClick={history.revert}>
            Back to what is saved
          </Menu.Item>
          {stored.id ? (
            <Menu.Item
              leftSection={<VersionsIcon size={15} />}
              renderRoot={(props) => (
                <Link
                  to="/applications/$application/executions/configure/$pipelineId/history"
                  params={{ application: stored.application, pipelineId: stored.id ?? '' }}
                  search={{}}
                  {...props}
                />
              )}
            >
              Versions, differences, authors
            </Menu.Item>
          ) : null}
          {stored.id ? (
            <Menu.Item
              leftSection={<HookIcon size={15} />}
              renderRoot={(props) => <Link to="/events" search={{ pipeline: stored.id }} {...props} />}
            >
              Events that met it
            </Menu.Item>
          ) : null}
          {stored.id && stored['type'] !== 'templatedPipeline' ? (
            <Menu.Item leftSection={<PipelineIcon size={15} />} disabled={dirty} onClick={() => setTemplating(true)}>
              Make a template of it
            </Menu.Item>
          ) : null}
          <Menu.Divider />
          <Menu.Item color="red" leftSection={<DestroyIcon size={15} />} onClick={() => setDeleting(true)}>
            Delete this pipeline
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {templating && stored.id ? (
        <MakeTemplateDialog pipeline={{ ...stored, id: stored.id }} onClose={() => setTemplating(false)} />
      ) : null}
      {deleting ? (
        <DeleteDialog pipeline={stored} onClose={() => setDeleting(false)} onDeleted={history.revert} />
      ) : null}
    </header>
  );
}

/** Ctrl+Z, Ctrl+Shift+Z and Ctrl+S; text fields keep their own undo. */
function useEditorKeys(history: HeadProps['history'], save: () => void): void {
  const current = useRef({ history, save });
  current.current = { history, save };
  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      if (!(event.ctrlKey || event.metaKey)) return;
      const key = event.key.toLowerCase();
      if (key === 's') {
        event.preventDefault();
        current.current.save();
      } else if (
        key === 'z' &&
        !(event.target instanceof HTMLElement && event.target.closest('input, textarea, .cm-editor') !== null)
      ) {
        event.preventDefault();
        if (event.shiftKey) current.current.history.redo();
        else current.current.history.undo();
      }
    };
    document.addEventListener('keydown', press);
    return () => document.removeEventListener('keydown', press);
  }, []);
}

function DeleteDialog({
  pipeline,
  onClose,
  onDeleted,
}: {
  readonly pipeline: Pipeline;
  readonly onClose: () => void;
  readonly onDeleted: () => void;
}) {
  const navigate = useNavigate();
  const remove = useDeletePipeline(pipeline.application);
  const [typed, setTyped] = useState('');
  return (
    <Dialog onClose={onClose} title={`Delete ${pipeline.name}?`}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (typed !== pipeline.name) return;
          onDeleted();
          remove.mutate(pipeline.name, {
            onSuccess: () =>
              void navigate({
                to: '/applications/$application/executions',
                params: { application: pipeline.application },
                search: {},
              }),
          });
        }}
      >
        <p className="dialog-text">
          Its executions stay. The pipeline and its triggers are gone; “Deleted things” in your menu brings them back.
        </p>
        <TextInput
          data-autofocus
          label={`Type “${pipeline.name}” to confirm`}
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
        {remove.isError ? <ErrorPanel title="The pipeline was not deleted" error={remove.error} /> : null}
        <Group justify="flex-end" mt="lg" gap="xs">
          <Button variant="default" onClick={onClose}>
            Keep it
          </Button>
          <Button type="submit" color="red" disabled={typed !== pipeline.name} loading={remove.isPending}>
            Delete
          </Button>
        </Group>
      </form>
    </Dialog>
  );
}
