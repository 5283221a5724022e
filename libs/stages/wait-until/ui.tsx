import { FieldGrid, TextField } from '@gennaker/ui/fields';
import { WaitIcon } from '@gennaker/ui/icons';
import { Facts } from '@gennaker/ui/panels';
import { defineStageUi, text } from '@gennaker/ui/stage-ui';
import { waitUntilSchema } from './schema.ts';

/** A moment as people read it; anything else (an expression) as it is. */
function moment(value: unknown): string {
  const at = Number(value);
  return text(value) !== '' && Number.isFinite(at) && Math.abs(at) <= 8.64e15
    ? new Date(at).toISOString()
    : text(value);
}

export default defineStageUi({
  type: 'waitUntil',
  label: 'Wait until',
  description: 'Waits for a certain moment; can be skipped while it waits',
  group: 'Flow',
  icon: WaitIcon,
  schema: waitUntilSchema,
  defaults: () => ({}),
  summary: (stage) => moment(stage['epochMillis']),
  problems: (stage) => (stage['epochMillis'] === undefined ? ['say until when to wait'] : []),
  Form: ({ stage, onChange }) => (
    <FieldGrid>
      <TextField
        label="Until"
        required
        mono
        help="Epoch milliseconds, or an expression that gives them"
        placeholder="${ #toInt(parameters.startAt) }"
        value={stage['epochMillis']}
        onChange={(value) =>
          onChange({ epochMillis: value !== undefined && /^\d+$/.test(value) ? Number(value) : value })
        }
      />
    </FieldGrid>
  ),
  Details: ({ stage }) => <Facts of={[['Waits until', moment(stage.context['epochMillis'])]]} />,
});
