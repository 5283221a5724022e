import { FieldGrid, NumberField, SwitchField, TextField } from '@gennaker/ui/fields';
import { defineStrategyUi } from '@gennaker/ui/stage-ui';

/** Percentages as people write them: "25, 50". */
const written = (value: unknown): string => (Array.isArray(value) ? value.join(', ') : '');
const read = (text: string | undefined): number[] =>
  (text ?? '').split(/[^0-9]+/).flatMap((part) => (part === '' ? [] : [Number(part)]));

export default defineStrategyUi({
  type: 'rollingredblack',
  label: 'Rolling red/black: take over in steps',
  description: 'The new server group grows in steps to the size of the old one, which loses as much traffic after each',
  Form: ({ cluster, onChange }) => (
    <FieldGrid>
      <TextField
        label="Steps in per cent"
        placeholder="25, 50"
        help="100 comes last in any case"
        value={written(cluster['targetPercentages'])}
        onChange={(text) => onChange({ targetPercentages: read(text) })}
      />
      <NumberField
        label="Wait at each step"
        suffix=" s"
        value={cluster['delayBeforeCleanup']}
        onChange={(delayBeforeCleanup) => onChange({ delayBeforeCleanup })}
      />
      <SwitchField
        label="Take the instances of older server groups in the end"
        value={cluster['scaleDown'] === true}
        onChange={(scaleDown) => onChange({ scaleDown: scaleDown || undefined })}
      />
    </FieldGrid>
  ),
});
