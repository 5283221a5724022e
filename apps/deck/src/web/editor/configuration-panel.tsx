import { ActionIcon, Button, Menu, Switch, Textarea, TextInput } from '@mantine/core';
import type { Pipeline } from '@gennaker/contracts/front50';
import { triggerUis } from '@gennaker/triggers/ui';
import { CloseIcon, HookIcon, PlusIcon } from '@gennaker/ui/icons';
import type { JsonObject } from '@gennaker/ui/stage-ui';
import { list, object, text } from '@gennaker/ui/stage-ui';
import { NotificationList } from '../notifications/notification-list.tsx';
import { ParametersForm } from './parameters-form.tsx';
import { merge } from './pipeline-operations.ts';

interface ConfigurationProps {
  readonly pipeline: Pipeline;
  readonly onEdit: (pipeline: Pipeline, field?: string) => void;
}

/** What belongs to the pipeline as a whole: name, triggers, parameters, how executions queue. */
export function ConfigurationPanel({ pipeline, onEdit }: ConfigurationProps) {
  const patch = (change: JsonObject): void => onEdit(merge(pipeline, change), `pipeline:${Object.keys(change).join()}`);
  const notified = list(pipeline['notifications']).map(object);
  const limited = pipeline['limitConcurrent'] === true;
  return (
    <section className="panel" aria-label="Configuration">
      <header className="panel-head">
        <div className="stage-title">
          <h2>Configuration</h2>
          <span className="gk-muted">What starts the pipeline, what it asks for, how executions queue</span>
        </div>
      </header>
      <div className="panel-body">
        <div className="gk-field-grid">
          <TextInput
            label="Pipeline name"
            withAsterisk
            value={pipeline.name}
            error={pipeline.name.trim() ? null : 'A pipeline needs a name'}
            onChange={(event) => patch({ name: event.currentTarget.value })}
          />
          <Textarea
            label="Description"
            autosize
            minRows={1}
            value={text(pipeline['description'])}
            onChange={(event) => patch({ description: event.currentTarget.value || undefined })}
          />
        </div>
        <TriggersForm pipeline={pipeline} onEdit={onEdit} />
        <ParametersForm pipeline={pipeline} onEdit={onEdit} />
        {notified.length > 0 ? (
          <div className="panel-options">
            <h3 className="gk-section-title">Notifications</h3>
            <NotificationList of={notified} />
          </div>
        ) : null}
        <div className="panel-options">
          <h3 className="gk-section-title">Executions</h3>
          <div style={{ display: 'grid', gap: 12 }}>
            <Switch
              label="Run one execution at a time"
              description="Others wait for it"
              checked={limited}
              onChange={(event) =>
                patch({
                  limitConcurrent: event.currentTarget.checked,
                  ...(event.currentTarget.checked ? {} : { keepWaitingPipelines: undefined }),
                })
              }
            />
            {limited ? (
              <Switch
                label="Keep everything that waits"
                description="Otherwise only the newest waits and those before it are canceled"
                checked={pipeline['keepWaitingPipelines'] === true}
                onChange={(event) => patch({ keepWaitingPipelines: event.currentTarget.checked })}
              />
            ) : null}
            <Switch
              label="Disabled"
              description="Triggers and people cannot start it"
              checked={pipeline.disabled === true}
              onChange={(event) => patch({ disabled: event.currentTarget.checked || undefined })}
            />
          </div>
        </div>
      </div>
    </section>
  );
}

function TriggersForm({ pipeline, onEdit }: ConfigurationProps) {
  const triggers = pipeline.triggers ?? [];
  const write = (next: JsonObject[], field?: string): void =>
    onEdit({ ...pipeline, triggers: next as NonNullable<Pipeline['triggers']> }, field);
  return (
    <div className="panel-options">
      <div className="panel-list-head">
        <h3 className="gk-section-title">Triggers</h3>
        <Menu position="bottom-end" width={320}>
          <Menu.Target>
            <Button size="compact-sm" variant="default" leftSection={<PlusIcon size={14} />}>
              Add trigger
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            {triggerUis.map((ui) => (
              <Menu.Item
                key={ui.type}
                leftSection={<ui.icon size={16} />}
                onClick={() => write([...triggers, { enabled: true, ...ui.defaults(), type: ui.type }])}
              >
                <div>{ui.label}</div>
                <div className="gk-muted" style={{ fontSize: 12 }}>
                  {ui.description}
                </div>
              </Menu.Item>
            ))}
          </Menu.Dropdown>
        </Menu>
      </div>
      {triggers.length === 0 ? (
        <p className="gk-muted panel-none">
          No trigger: people start it by hand. Add one to start it from a build or a webhook.
        </p>
      ) : null}
      <div className="gk-rows">
        {triggers.map((trigger, index) => {
          const ui = triggerUis.find(({ type }) => type === trigger.type);
          const Glyph = ui?.icon ?? HookIcon;
          const change = (next: JsonObject): void =>
            write(
              triggers.map((each, at) => (at === index ? merge(each, next) : each)),
              `trigger:${index}:${Object.keys(next).join()}`,
            );
          return (
            <div key={index} className="gk-group">
              <div className="panel-list-head" style={{ marginBottom: 12 }}>
                <h4 className="gk-section-title" style={{ margin: 0 }}>
                  <Glyph size={15} aria-hidden />
                  {ui?.label ?? `Unknown trigger “${trigger.type}”`}
                </h4>
                <div className="gk-row">
                  <Switch
                    size="xs"
                    label="Enabled"
                    checked={trigger.enabled !== false}
                    onChange={(event) => change({ enabled: event.currentTarget.checked })}
                  />
                  <ActionIcon
                    variant="subtle"
                    color="gray"
                    aria-label="Remove this trigger"
                    onClick={() => write(triggers.filter((_, at) => at !== index))}
                  >
                    <CloseIcon size={15} />
                  </ActionIcon>
                </div>
              </div>
              {ui ? (
                <ui.Form trigger={trigger} onChange={change} application={pipeline.application} />
              ) : (
                <p className="gk-muted">It has no form; edit it as JSON.</p>
              )}
            </div>
          );
        })}
      </div>
    </div>
  );
}
