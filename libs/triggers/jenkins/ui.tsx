import { jobName } from '@gennaker/contracts/jenkins-job';
import { FieldGrid, PairsField, TextField, Wide } from '@gennaker/ui/fields';
import { JenkinsIcon } from '@gennaker/ui/icons';
import { JenkinsJobFields } from '@gennaker/ui/jenkins-job-fields';
import type { TriggerFormProps } from '@gennaker/ui/stage-ui';
import { defineTriggerUi, object, text } from '@gennaker/ui/stage-ui';
import { jenkinsTriggerSchema } from './schema.ts';

function Form({ trigger, onChange }: TriggerFormProps) {
  return (
    <FieldGrid>
      <JenkinsJobFields value={trigger} onChange={onChange} />
      <TextField
        label="Property file"
        placeholder="build.properties"
        help="An archived file of the build, as .properties, .json or .yml"
        value={trigger['propertyFile']}
        onChange={(propertyFile) => onChange({ propertyFile: propertyFile || undefined })}
      />
      <Wide>
        <PairsField
          label="Only builds with"
          help="A property or parameter of the build and a regular expression that its value must match"
          add="Add condition"
          value={object(trigger['payloadConstraints'])}
          onChange={(payloadConstraints) => onChange({ payloadConstraints })}
        />
      </Wide>
    </FieldGrid>
  );
}

export default defineTriggerUi({
  type: 'jenkins',
  label: 'Jenkins',
  description: 'Starts when a build of a job has succeeded',
  icon: JenkinsIcon,
  schema: jenkinsTriggerSchema,
  defaults: () => ({ master: '', job: '' }),
  summary: (trigger) => [text(trigger['master']), jobName(text(trigger['job']))].filter(Boolean).join('/'),
  sentence: (trigger) => {
    const build = object(trigger['buildInfo']);
    const job = jobName(text(build['name']) || text(trigger['job']));
    const number = text(build['number']) || text(trigger['buildNumber']);
    return `Jenkins ${job}${number ? ` #${number}` : ''}`.trim();
  },
  Form,
});
