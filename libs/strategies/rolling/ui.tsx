import { FieldGrid, NumberField, TextField } from '@gennaker/ui/fields';
import { defineStrategyUi, text } from '@gennaker/ui/stage-ui';
import { rollingProblems, rollingSchema } from './schema.ts';

export default defineStrategyUi({
  type: 'rolling',
  label: 'Rolling: instance by instance',
  description: 'Instances move from the old server group to the new one step by step, within bounds',
  schema: rollingSchema,
  contradictions: rollingProblems,
  Form: ({ cluster, onChange, problem }) => (
    <FieldGrid>
      <TextField
        label="Instances more, at most"
        help="A number, or a percentage such as 25%"
        value={text(cluster['maxSurge'] ?? 1)}
        error={problem('maxSurge')}
        onChange={(maxSurge) => onChange({ maxSurge })}
      />
      <TextField
        label="Instances missing, at most"
        help="A number, or a percentage such as 25%"
        value={text(cluster['maxUnavailable'] ?? 0)}
        error={problem('maxUnavailable')}
        onChange={(maxUnavailable) => onChange({ maxUnavailable })}
      />
      <NumberField
        label="Wait between steps"
        suffix=" s"
        placeholder="0 s"
        value={cluster['waitBetweenSteps']}
        error={problem('waitBetweenSteps')}
        onChange={(waitBetweenSteps) => onChange({ waitBetweenSteps })}
      />
    </FieldGrid>
  ),
});
