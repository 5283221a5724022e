import { ChoicesField, FieldGrid, OptionField, TextField, Wide } from '@gennaker/ui/fields';
import { PipelineIcon } from '@gennaker/ui/icons';
import { useLiveData } from '@gennaker/ui/live-data';
import type { TriggerFormProps } from '@gennaker/ui/stage-ui';
import { defineTriggerUi, strings, text } from '@gennaker/ui/stage-ui';
import { endSchema, pipelineTriggerSchema } from './schema.ts';

const ENDS = { options: endSchema.options.map((value) => ({ value })), loading: false };

function Form({ trigger, onChange, application }: TriggerFormProps) {
  const of = text(trigger['application']) || application;
  const value = text(trigger['pipeline']);
  const pipelines = useLiveData().usePipelines(of);
  const options = pipelines.options.map((one) => ({ value: one.value, label: one.label ?? one.value }));
  return (
    <FieldGrid>
      <TextField
        label="Application"
        value={of}
        onChange={(next) => onChange({ application: next ?? '', pipeline: '' })}
      />
      <OptionField
        label="Pipeline"
        required
        help={pipelines.note ?? 'Whose end starts this one'}
        value={value}
        options={
          value === '' || options.some((one) => one.value === value) ? options : [...options, { value, label: value }]
        }
        onChange={(pipeline) => onChange({ application: of, pipeline })}
      />
      <Wide>
        <ChoicesField
          label="When it ended"
          required
          value={strings(trigger['status'])}
          choices={ENDS}
          onChange={(status) => onChange({ status })}
        />
      </Wide>
    </FieldGrid>
  );
}

export default defineTriggerUi({
  type: 'pipeline',
  label: 'Pipeline',
  description: 'Starts when an execution of another pipeline has ended',
  icon: PipelineIcon,
  schema: pipelineTriggerSchema,
  defaults: () => ({ pipeline: '', status: ['successful'] }),
  summary: (trigger) =>
    [text(trigger['application']), strings(trigger['status']).join(', ')].filter(Boolean).join(': '),
  sentence: (trigger) => {
    const name = text(trigger['parentPipelineName']);
    return name ? `End of “${name}”` : 'End of another pipeline';
  },
  problems: (trigger) => [
    ...(text(trigger['pipeline']) ? [] : ['choose a pipeline']),
    ...(strings(trigger['status']).length > 0 ? [] : ['choose how it has to have ended']),
  ],
  Form,
});
