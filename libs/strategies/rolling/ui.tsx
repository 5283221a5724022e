import { FieldGrid, NumberField, TextField } from '@gennaker/ui/fields';
import { defineStrategyUi, text } from '@gennaker/ui/stage-ui';

export default defineStrategyUi({
  type: 'rolling',
  label: 'Rolling: instance by instance',
  description: 'Instances move from the old server group to the new one step by step, within bounds',
  Form: ({ cluster, onChange }) => (
    <FieldGrid>
      <TextField
        label="Instances more, at most"
        help="A number, or a percentage such as 25%"
        value={text(cluster['maxSurge'] ?? 1)}
        onChange={(maxSurge) => onChange({ maxSurge })}
      />
      <TextField
        label="Instances missing, at most"
        help="A number, or a percentage such as 25%"
        value={text(cluster['maxUnavailable'] ?? 0)}
        onChange={(maxUnavailable) => onChange({ maxUnavailable })}
      />
      <NumberField
        label="Wait between steps"
        suffix=" s"
        value={cluster['waitBetweenSteps']}
        onChange={(waitBetweenSteps) => onChange({ waitBetweenSteps })}
      />
    </FieldGrid>
  ),
});
