import { FieldGrid } from '@gennaker/ui/fields';
import { WaitIcon } from '@gennaker/ui/icons';
import { NumberOrExpressionField } from '@gennaker/ui/number-or-expression-field';
import { Facts } from '@gennaker/ui/panels';
import { defineStageUi, text } from '@gennaker/ui/stage-ui';
import { formatDuration } from '@gennaker/ui/time';
import { waitSchema } from './schema.ts';

function length(seconds: unknown): string {
  return typeof seconds === 'number' ? formatDuration(seconds * 1000) : text(seconds);
}

export default defineStageUi({
  type: 'wait',
  label: 'Wait',
  description: 'Lets time pass; can be skipped while it waits',
  group: 'Flow',
  icon: WaitIcon,
  schema: waitSchema,
  defaults: () => ({ waitTime: 30 }),
  summary: (stage) => length(stage['waitTime']),
  problems: (stage) => (stage['waitTime'] === undefined ? ['say how long to wait'] : []),
  Form: ({ stage, onChange }) => (
    <FieldGrid>
      <NumberOrExpressionField
        label="Wait for"
        required
        suffix=" s"
        value={stage['waitTime']}
        onChange={(waitTime) => onChange({ waitTime })}
      />
    </FieldGrid>
  ),
  Details: ({ stage }) => (
    <Facts
      of={[
        ['Waits for', length(stage.context['waitTime'])],
        ['Skipped', stage.context['skipRemainingWait'] === true ? 'The rest was skipped by hand' : undefined],
      ]}
    />
  ),
});
