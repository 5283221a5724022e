import { FieldGrid, SwitchField, TextField } from '@gennaker/ui/fields';
import { SearchIcon } from '@gennaker/ui/icons';
import { defineStageUi, list, object, text } from '@gennaker/ui/stage-ui';
import { findArtifactFromExecutionSchema } from './schema.ts';

const WHICH = [
  ['successful', 'Executions that succeeded'],
  ['terminal', 'Executions that failed'],
  ['running', 'Executions that have not ended'],
] as const;

export default defineStageUi({
  type: 'findArtifactFromExecution',
  label: 'Find artifacts from execution',
  description: 'Binds artifacts of the newest execution of another pipeline',
  group: 'Flow',
  icon: SearchIcon,
  schema: findArtifactFromExecutionSchema,
  producesArtifacts: true,
  defaults: (application) => ({
    application,
    pipeline: '',
    executionOptions: { successful: true },
    expectedArtifacts: [],
  }),
  summary: (stage) => text(stage['pipeline']),
  problems: (stage) => [
    ...(text(stage['pipeline']) ? [] : ['choose a pipeline']),
    ...(list(stage['expectedArtifacts']).length > 0 ? [] : ['add an artifact that is looked for']),
  ],
  Form: ({ stage, onChange }) => {
    const options = object(stage['executionOptions']);
    return (
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
        {WHICH.map(([key, label]) => (
          <SwitchField
            key={key}
            label={label}
            value={options[key] === true}
            onChange={(on) => onChange({ executionOptions: { ...options, [key]: on } })}
          />
        ))}
      </FieldGrid>
    );
  },
});
