import { FieldGrid, NumberField } from '@gennaker/ui/fields';
import { defineStrategyUi } from '@gennaker/ui/stage-ui';

export default defineStrategyUi({
  type: 'highlander',
  label: 'Highlander: destroy the old ones',
  description:
    'Once the new server group is healthy, the old ones lose their traffic and are destroyed: there is no quick way back',
  Form: ({ cluster, onChange }) => (
    <FieldGrid>
      <NumberField
        label="Wait before the old ones are disabled"
        suffix=" s"
        value={cluster['delayBeforeDisableSec']}
        onChange={(delayBeforeDisableSec) => onChange({ delayBeforeDisableSec })}
      />
    </FieldGrid>
  ),
});
