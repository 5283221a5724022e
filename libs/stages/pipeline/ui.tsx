import { FieldGrid, PairsField, SwitchField, TextField, Wide } from '@gennaker/ui/fields';
import { PipelineIcon } from '@gennaker/ui/icons';
import { Facts } from '@gennaker/ui/panels';
import { defineStageUi, list, object, text } from '@gennaker/ui/stage-ui';
import { pipelineStageSchema } from './schema.ts';

export default defineStageUi({
  type: 'pipeline',
  label: 'Pipeline',
  description: 'Runs another pipeline and waits for its end',
  group: 'Flow',
  icon: PipelineIcon,
  schema: pipelineStageSchema,
  producesArtifacts: true,
  defaults: (application) => ({ application, pipeline: '', waitForCompletion: true }),
  summary: (stage) => text(stage['pipeline']) || text(stage['pipelineId']),
  problems: (stage) => (text(stage['pipeline']) || text(stage['pipelineId']) ? [] : ['choose a pipeline']),
  Form: ({ stage, onChange }) => (
    <FieldGrid>
      <TextField
        label="Application"
        value={stage['application']}
        onChange={(application) => onChange({ application })}
      />
      <TextField
        label="Pipeline"
        required
        help="Its name or its id"
        value={stage['pipeline']}
        onChange={(pipeline) => onChange({ pipeline: pipeline ?? '' })}
      />
      <Wide>
        <PairsField
          label="Parameters"
          add="Add parameter"
          value={object(stage['pipelineParameters'])}
          onChange={(pipelineParameters) => onChange({ pipelineParameters })}
        />
      </Wide>
      <SwitchField
        label="Wait for its end"
        help="This stage fails when that pipeline does"
        value={stage['waitForCompletion'] !== false}
        onChange={(waitForCompletion) => onChange({ waitForCompletion })}
      />
      <SwitchField
        label="Keep its outputs to itself"
        help="Otherwise later stages read what its stages gave"
        value={stage['skipDownstreamOutput'] === true}
        onChange={(on) => onChange({ skipDownstreamOutput: on || undefined })}
      />
    </FieldGrid>
  ),
  Details: ({ stage }) => {
    const exception = object(stage.context['exception']);
    const id = text(stage.context['executionId']);
    const application = text(stage.context['application']) || text(stage.context['pipelineApplication']);
    return (
      <Facts
        of={[
          ['Pipeline', text(stage.context['executionName'])],
          [
            'Execution',
            id && application ? (
              <a
                key="child"
                href={`#/applications/${encodeURIComponent(application)}/executions/details/${encodeURIComponent(id)}`}
              >
                {id}
              </a>
            ) : (
              id
            ),
          ],
          ['Status', text(stage.context['status'])],
          ['Failed at', text(object(exception['source'])['stageName'])],
          ['Error', list(object(exception['details'])['errors']).map(text).join('; ')],
        ]}
      />
    );
  },
});
