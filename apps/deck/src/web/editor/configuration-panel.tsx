import { Switch, Textarea, TextInput } from '@mantine/core';
import type { Pipeline } from '@gennaker/contracts/front50';
import type { JsonObject } from '@gennaker/ui/stage-ui';
import { list, object, text } from '@gennaker/ui/stage-ui';
import { ExpectedArtifactsForm } from '../artifacts/expected-artifacts-form.tsx';
import { PIPELINE_EVENTS } from '../notifications/notification-events.ts';
import { NotificationsForm } from '../notifications/notifications-form.tsx';
import { ParametersForm } from './parameters-form.tsx';
import { merge } from './pipeline-operations.ts';
import { QuietPeriodSwitch } from './quiet-period-switch.tsx';
import { TriggersForm } from './triggers-form.tsx';

interface ConfigurationProps {
  readonly pipeline: Pipeline;
  readonly onEdit: (pipeline: Pipeline, field?: string) => void;
}

/** What belongs to the pipeline as a whole: name, triggers, parameters, how executions queue. */
export function ConfigurationPanel({ pipeline, onEdit }: ConfigurationProps) {
  const patch = (change: JsonObject): void => onEdit(merge(pipeline, change), `pipeline:${Object.keys(change).join()}`);
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
        <ExpectedArtifactsForm pipeline={pipeline} onEdit={onEdit} />
        <ParametersForm pipeline={pipeline} onEdit={onEdit} />
        <div className="panel-options">
          <NotificationsForm
            notifications={list(pipeline['notifications']).map(object)}
            told={{ level: 'pipeline', application: pipeline.application, pipeline: pipeline.name }}
            events={PIPELINE_EVENTS}
            onChange={(notifications, field) => onEdit({ ...pipeline, notifications }, field)}
          />
        </div>
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
            <QuietPeriodSwitch
              respects={pipeline['respectQuietPeriod'] === true}
              onChange={(respectQuietPeriod) => patch({ respectQuietPeriod: respectQuietPeriod || undefined })}
            />
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
