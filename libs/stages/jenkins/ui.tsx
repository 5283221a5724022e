import { jobName } from '@gennaker/contracts/jenkins-job';
import { FieldGrid, PairsField, SwitchField, TextField, Wide } from '@gennaker/ui/fields';
import { JenkinsIcon } from '@gennaker/ui/icons';
import { JenkinsJobFields } from '@gennaker/ui/jenkins-job-fields';
import { Facts } from '@gennaker/ui/panels';
import type { StageDetailsProps, StageFormProps } from '@gennaker/ui/stage-ui';
import { defineStageUi, isOn, list, object, text } from '@gennaker/ui/stage-ui';
import { jenkinsStageSchema } from './schema.ts';

function Form({ stage, onChange }: StageFormProps) {
  const waits = stage['waitForCompletion'] === undefined || isOn(stage['waitForCompletion']);
  return (
    <FieldGrid>
      <JenkinsJobFields value={stage} onChange={onChange} />
      <Wide>
        <PairsField
          label="Parameters"
          help="Those that are left out have the job's own defaults"
          add="Add parameter"
          value={object(stage['parameters'])}
          onChange={(parameters) => onChange({ parameters })}
        />
      </Wide>
      <SwitchField
        label="Wait until the build has ended"
        value={waits}
        onChange={(waitForCompletion) => onChange({ waitForCompletion })}
      />
      {waits ? (
        <>
          <SwitchField
            label="An unstable build is a success"
            help="A build is unstable when some of its tests failed"
            value={isOn(stage['markUnstableAsSuccessful'])}
            onChange={(markUnstableAsSuccessful) => onChange({ markUnstableAsSuccessful })}
          />
          <TextField
            label="Property file"
            placeholder="build.properties"
            help="An archived file whose properties the stages after this one can use"
            value={stage['propertyFile'] ?? stage['property']}
            onChange={(propertyFile) => onChange({ propertyFile: propertyFile || undefined, property: undefined })}
          />
        </>
      ) : null}
    </FieldGrid>
  );
}

function Details({ stage }: StageDetailsProps) {
  const context = object(stage.context);
  const build = object(context['buildInfo']);
  const url = text(build['url']);
  const number = text(context['buildNumber']);
  return (
    <Facts
      of={[
        ['Jenkins', text(context['master'])],
        ['Job', jobName(text(context['job']))],
        [
          'Build',
          url ? (
            <a href={url} target="_blank" rel="noreferrer">
              #{number}
            </a>
          ) : (
            number
          ),
        ],
        ['Result', text(build['result'])],
        [
          'Artifacts',
          list(build['artifacts'])
            .map((each) => text(object(each)['fileName']))
            .join(', '),
        ],
      ]}
    />
  );
}

export default defineStageUi({
  type: 'jenkins',
  label: 'Jenkins',
  description: 'Runs a job of a Jenkins and hands on what it built',
  group: 'Build and deploy',
  icon: JenkinsIcon,
  schema: jenkinsStageSchema,
  producesArtifacts: true,
  defaults: () => ({ master: '', job: '', parameters: {} }),
  summary: (stage) => [text(stage['master']), jobName(text(stage['job']))].filter(Boolean).join('/'),
  problems: (stage) => [
    ...(text(stage['master']) ? [] : ['choose a Jenkins']),
    ...(text(stage['job']) ? [] : ['choose a job']),
  ],
  Form,
  Details,
});
