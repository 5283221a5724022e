import { Button, Group, MultiSelect } from '@mantine/core';
import type { ProjectView } from '@gennaker/contracts/projects';
import { ChoiceField, ChoicesField, TextField } from '@gennaker/ui/fields';
import { useLiveData } from '@gennaker/ui/live-data';
import { ErrorPanel } from '@gennaker/ui/panels';
import { RowsField } from '@gennaker/ui/rows-field';
import { text } from '@gennaker/ui/stage-ui';
import { useQueries } from '@tanstack/react-query';
import { useState } from 'react';
import { useApplications } from '../queries/applications.ts';
import { pipelinesQuery } from '../queries/pipelines.ts';
import { useSaveProject } from '../queries/projects.ts';
import { Dialog } from '../shell/dialog.tsx';

type Config = ProjectView['config'];

const ANY = { stack: '*', detail: '*' } as const;

/** Creates a project, or changes one: its applications, the pipelines and the clusters that its page shows. */
export function ProjectDialog({
  project,
  onClose,
  onSaved,
}: {
  readonly project: ProjectView | undefined;
  readonly onClose: () => void;
  readonly onSaved: (name: string) => void;
}) {
  const save = useSaveProject();
  const all = useApplications();
  const [name, setName] = useState(project?.name ?? '');
  const [email, setEmail] = useState(project?.email ?? '');
  const [config, setConfig] = useState<Config>(
    project?.config ?? { applications: [], pipelineConfigs: [], clusters: [] },
  );
  const { applications, pipelineConfigs, clusters } = config;
  const pipelines = useQueries({ queries: applications.map(pipelinesQuery) }).flatMap(({ data }) => data ?? []);
  const accounts = useLiveData().useAccounts();
  const offered = pipelines.flatMap((each) =>
    each.id ? [{ id: each.id, application: each.application, label: `${each.application} · ${each.name}` }] : [],
  );
  const choose = (ids: readonly string[]): void =>
    setConfig({
      ...config,
      pipelineConfigs: ids.flatMap((id) => {
        const known = pipelineConfigs.find(({ pipelineConfigId }) => pipelineConfigId === id);
        const found = offered.find((each) => each.id === id);
        return known ? [known] : found ? [{ application: found.application, pipelineConfigId: id }] : [];
      }),
    });
  const incomplete = clusters.some(({ account }) => account === '');
  return (
    <Dialog onClose={onClose} size="lg" title={project ? `Change ${project.name}` : 'Create project'}>
      <form
        className="form-stack"
        onSubmit={(event) => {
          event.preventDefault();
          if (name.trim() === '' || incomplete) return;
          save.mutate(
            { ...project, name: name.trim(), email, config },
            {
              onSuccess: () => {
                onClose();
                onSaved(name.trim());
              },
            },
          );
        }}
      >
        <TextField label="Name" required value={name} onChange={(value) => setName(value ?? '')} />
        <TextField label="Owner e-mail" value={email} onChange={(value) => setEmail(value ?? '')} />
        <ChoicesField
          label="Applications"
          value={applications}
          choices={{
            options: (all.data ?? []).map((each) => ({ value: each.name })),
            loading: all.isPending,
          }}
          onChange={(next) =>
            setConfig({
              ...config,
              applications: next,
              pipelineConfigs: pipelineConfigs.filter(({ application }) => next.includes(application)),
            })
          }
        />
        <PipelineChoice
          chosen={pipelineConfigs.map(({ pipelineConfigId }) => pipelineConfigId)}
          offered={offered}
          onChange={choose}
        />
        <div role="group" aria-label="Clusters">
          <div className="gk-section-title">Clusters</div>
          <RowsField
            what="cluster"
            rows={clusters}
            fresh={{ account: '', ...ANY }}
            onChange={(rows) =>
              setConfig({
                ...config,
                clusters: rows.map((row) => ({
                  ...row,
                  account: text(row['account']),
                  stack: text(row['stack']),
                  detail: text(row['detail']),
                  applications: Array.isArray(row['applications']) ? row['applications'].map(String) : null,
                })),
              })
            }
          >
            {(row, _index, set) => (
              <>
                <ChoiceField
                  label="Account"
                  required
                  value={row['account']}
                  choices={accounts}
                  error={row['account'] === '' ? 'Choose an account' : undefined}
                  onChange={(value) => set({ account: value ?? '' })}
                />
                <TextField
                  label="Stack"
                  help="* for any; empty: clusters without one"
                  value={row['stack']}
                  onChange={(value) => set({ stack: value ?? '' })}
                />
                <TextField
                  label="Detail"
                  help="* for any; empty: clusters without one"
                  value={row['detail']}
                  onChange={(value) => set({ detail: value ?? '' })}
                />
                <ChoicesField
                  label="Of applications"
                  help="Empty: of all of the project"
                  value={Array.isArray(row['applications']) ? row['applications'].map(String) : []}
                  choices={{ options: applications.map((value) => ({ value })), loading: false }}
                  onChange={(next) => set({ applications: next.length > 0 ? next : null })}
                />
              </>
            )}
          </RowsField>
        </div>
        {save.isError ? <ErrorPanel title="The project was not saved" error={save.error} /> : null}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Close
          </Button>
          <Button type="submit" loading={save.isPending} disabled={name.trim() === '' || incomplete}>
            {project ? 'Save' : 'Create'}
          </Button>
        </Group>
      </form>
    </Dialog>
  );
}

function PipelineChoice({
  chosen,
  offered,
  onChange,
}: {
  readonly chosen: readonly string[];
  readonly offered: readonly { readonly id: string; readonly label: string }[];
  readonly onChange: (ids: readonly string[]) => void;
}) {
  // A chosen pipeline that is gone, or that may not be read, stays until somebody takes it out.
  const data = [
    ...offered.map(({ id, label }) => ({ value: id, label })),
    ...chosen.filter((id) => !offered.some((each) => each.id === id)).map((id) => ({ value: id, label: id })),
  ];
  return (
    <MultiSelect
      label="Pipelines"
      description="None: all pipelines of the applications"
      inputWrapperOrder={['label', 'input', 'description', 'error']}
      data={data}
      value={[...chosen]}
      searchable
      clearable={false}
      nothingFoundMessage="No pipeline of these applications is called so"
      onChange={onChange}
    />
  );
}
