import { ActionIcon, Button, Switch, TagsInput, TextInput } from '@mantine/core';
import type { Pipeline } from '@gennaker/contracts/front50';
import { CloseIcon, PlusIcon } from '@gennaker/ui/icons';
import type { JsonObject } from '@gennaker/ui/stage-ui';
import { list, object, text } from '@gennaker/ui/stage-ui';
import { merge } from './pipeline-operations.ts';

/** What the pipeline asks for when it is started. */
export function ParametersForm({
  pipeline,
  onEdit,
}: {
  readonly pipeline: Pipeline;
  readonly onEdit: (pipeline: Pipeline, field?: string) => void;
}) {
  const parameters = pipeline.parameterConfig ?? [];
  const write = (next: JsonObject[], field?: string): void =>
    onEdit({ ...pipeline, parameterConfig: next as NonNullable<Pipeline['parameterConfig']> }, field);
  return (
    <div className="panel-options">
      <div className="panel-list-head">
        <h3 className="gk-section-title">Parameters</h3>
        <Button
          size="compact-sm"
          variant="default"
          leftSection={<PlusIcon size={14} />}
          onClick={() =>
            write([
              ...parameters,
              { name: '', label: '', default: '', required: false, hasOptions: false, options: [] },
            ])
          }
        >
          Add parameter
        </Button>
      </div>
      {parameters.length === 0 ? (
        <p className="gk-muted panel-none">
          It asks for nothing. A parameter is read in stages as <code className="gk-mono">{'${parameters.name}'}</code>.
        </p>
      ) : null}
      <div className="gk-rows">
        {parameters.map((parameter, index) => {
          const change = (patch: JsonObject): void =>
            write(
              parameters.map((each, at) => (at === index ? merge(each, patch) : each)),
              `parameter:${index}:${Object.keys(patch).join()}`,
            );
          const options = list(parameter['options']).map((option) => text(object(option)['value']) || text(option));
          return (
            <div key={index} className="gk-group">
              <div className="gk-field-grid">
                <TextInput
                  label="Name"
                  withAsterisk
                  value={parameter.name}
                  error={parameter.name ? null : 'A parameter needs a name'}
                  onChange={(event) => change({ name: event.currentTarget.value.trim() })}
                />
                <TextInput
                  label="Label"
                  value={text(parameter['label'])}
                  onChange={(event) => change({ label: event.currentTarget.value })}
                />
                <TextInput
                  label="Default"
                  value={text(parameter['default'])}
                  onChange={(event) => change({ default: event.currentTarget.value })}
                />
                <TextInput
                  label="Description"
                  value={text(parameter['description'])}
                  onChange={(event) => change({ description: event.currentTarget.value || undefined })}
                />
                <TagsInput
                  label="Choices"
                  placeholder="Any text"
                  value={options}
                  onChange={(values) =>
                    change({ hasOptions: values.length > 0, options: values.map((value) => ({ value })) })
                  }
                />
                <div className="panel-parameter-last">
                  <Switch
                    label="Required"
                    checked={parameter['required'] === true}
                    onChange={(event) => change({ required: event.currentTarget.checked })}
                  />
                  <ActionIcon
                    variant="subtle"
                    color="gray"
                    aria-label={`Remove the parameter ${parameter.name}`}
                    onClick={() => write(parameters.filter((_, at) => at !== index))}
                  >
                    <CloseIcon size={15} />
                  </ActionIcon>
                </div>
              </div>
            </div>
          );
        })}
      </div>
    </div>
  );
}
