import { FieldGrid, TextAreaField, TextField, Wide } from '@gennaker/ui/fields';
import { PipelineIcon } from '@gennaker/ui/icons';
import { Facts } from '@gennaker/ui/panels';
import { defineStageUi, list, object, strings, text } from '@gennaker/ui/stage-ui';
import { runMultiplePipelinesSchema } from './schema.ts';

export default defineStageUi({
  type: 'runMultiplePipelines',
  label: 'Run multiple pipelines',
  description: 'Runs several pipelines in the order of their dependencies',
  group: 'Flow',
  icon: PipelineIcon,
  schema: runMultiplePipelinesSchema,
  defaults: () => ({ yamlConfig: '' }),
  summary: () => '',
  problems: (stage) => (stage['yamlConfig'] ? [] : ['say which pipelines to run']),
  Form: ({ stage, onChange }) => {
    const stored = stage['yamlConfig'];
    return (
      <FieldGrid>
        <TextField
          label="Application"
          help="Of the pipelines; empty: this one"
          value={stage['application']}
          onChange={(application) => onChange({ application })}
        />
        <Wide>
          <TextAreaField
            label="Pipelines"
            required
            mono
            rows={8}
            help="YAML: for each app its childPipeline, arguments and dependencies"
            placeholder={'web:\n  childPipeline: Deploy\n  dependencies: [database]'}
            value={typeof stored === 'string' ? stored : stored === undefined ? '' : JSON.stringify(stored, null, 2)}
            onChange={(yamlConfig) => onChange({ yamlConfig: yamlConfig ?? '' })}
          />
        </Wide>
      </FieldGrid>
    );
  },
  Details: ({ stage }) => (
    <Facts
      of={[
        ...list(stage.context['orderOfExecutions']).map((level, index): [string, string] => [
          `Level ${index + 1}`,
          strings(level).join(', '),
        ]),
        ...Object.entries(object(stage.context['executionIds'])).map(([name, id]): [string, string] => [
          name,
          text(id),
        ]),
      ]}
    />
  ),
});
