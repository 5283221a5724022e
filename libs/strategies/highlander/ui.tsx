import { FieldGrid } from '@gennaker/ui/fields';
import { defineStrategyUi } from '@gennaker/ui/stage-ui';
import { WaitBeforeDisableField } from '@gennaker/ui/strategy-fields';
import { highlanderSchema } from './schema.ts';

export default defineStrategyUi({
  type: 'highlander',
  label: 'Highlander: destroy the old ones',
  description:
    'Once the new server group is healthy, the old ones lose their traffic and are destroyed: there is no quick way back',
  schema: highlanderSchema,
  Form: (props) => (
    <FieldGrid>
      <WaitBeforeDisableField {...props} own="delayBeforeDisableSec" label="Wait before the old ones are disabled" />
    </FieldGrid>
  ),
});
