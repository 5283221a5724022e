import { Button, Group, Select, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import type { StoredTemplate } from '@gennaker/contracts/pipeline-templates';
import { ErrorPanel, JsonBlock } from '@gennaker/ui/panels';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useApplications } from '../queries/applications.ts';
import { useSavePipeline } from '../queries/pipelines.ts';
import { missingVariables, templatedPipeline, useTemplatePlan } from '../queries/templates.ts';
import { Dialog } from '../shell/dialog.tsx';
import { VariableField } from './variable-field.tsx';

/** Rest (ms) after a change before the plan is asked for. */
const PLAN_AFTER_MS = 300;

/** Makes a pipeline of a template: application, name, variables; the pipeline that it stands for is shown first. */
export function UseTemplateDialog({
  template,
  onClose,
}: {
  readonly template: StoredTemplate;
  readonly onClose: () => void;
}) {
  const navigate = useNavigate();
  const applications = useApplications();
  const [application, setApplication] = useState('');
  const [name, setName] = useState('');
  const [values, setValues] = useState<Readonly<Record<string, unknown>>>({});
  const save = useSavePipeline(application);
  const missing = missingVariables(template.variables, values);
  const ready = application !== '' && name.trim() !== '' && missing.length === 0;
  const config = ready ? templatedPipeline(template.id, application, name.trim(), values) : undefined;
  const [settled] = useDebouncedValue(config && JSON.stringify(config), PLAN_AFTER_MS);
  const plan = useTemplatePlan(config && settled === JSON.stringify(config) ? config : undefined);
  return (
    <Dialog onClose={onClose} size="lg" title={`A pipeline from ${template.metadata.name}`}>
      <form
        className="form-stack"
        onSubmit={(event) => {
          event.preventDefault();
          if (config)
            save.mutate(config, {
              onSuccess: () =>
                void navigate({
                  to: '/applications/$application/executions',
                  params: { application },
                  search: {},
                }),
            });
        }}
      >
        <Select
          label="Application"
          withAsterisk
          data={(applications.data ?? []).map((each) => each.name)}
          value={application || null}
          onChange={(next) => setApplication(next ?? '')}
        />
        <TextInput
          label="Name of the pipeline"
          withAsterisk
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        {template.variables.map((variable) => (
          <VariableField
            key={variable.name}
            variable={variable}
            value={values[variable.name]}
            onChange={(value) => setValues((was) => ({ ...was, [variable.name]: value }))}
          />
        ))}
        {!ready ? (
          <p className="gk-muted">The pipeline that it stands for is shown as soon as all that is needed is given.</p>
        ) : plan.isError ? (
          <ErrorPanel title="These values make no pipeline" error={plan.error} />
        ) : plan.data ? (
          <section aria-label="The pipeline that it stands for">
            <JsonBlock value={plan.data} label="The pipeline that it stands for" />
          </section>
        ) : null}
        {save.isError ? <ErrorPanel title="The pipeline was not saved" error={save.error} /> : null}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Close
          </Button>
          <Button type="submit" loading={save.isPending} disabled={!ready || plan.isError}>
            Create pipeline
          </Button>
        </Group>
      </form>
    </Dialog>
  );
}
