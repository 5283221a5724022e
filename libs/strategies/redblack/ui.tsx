import { FieldGrid, NumberField } from '@gennaker/ui/fields';
import { defineStrategyUi } from '@gennaker/ui/stage-ui';

export default defineStrategyUi({
  type: 'redblack',
  label: 'Red/black: replace the old one',
  description: 'Once the new server group is healthy, the old ones lose their traffic and stay as a way back',
  Form: ({ cluster, onChange }) => (
    <FieldGrid>
      <NumberField
        label="Server groups to keep"
        help="With the new one; empty keeps all"
        min={1}
        value={cluster['maxRemainingAsgs']}
        onChange={(maxRemainingAsgs) => onChange({ maxRemainingAsgs })}
      />
      <NumberField
        label="Wait before the old one is disabled"
        suffix=" s"
        value={cluster['delayBeforeDisableSec']}
        onChange={(delayBeforeDisableSec) => onChange({ delayBeforeDisableSec })}
      />
    </FieldGrid>
  ),
});
