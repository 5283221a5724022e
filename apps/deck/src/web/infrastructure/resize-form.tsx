import { FieldGrid, NumberField } from '@gennaker/ui/fields';
import type { StageConfig, StageFormProps } from '@gennaker/ui/stage-ui';
import { object } from '@gennaker/ui/stage-ui';

/** The size of a server group without an autoscaler: min and max go with it. */
export function SizeForm({ stage, onChange }: StageFormProps) {
  return (
    <FieldGrid>
      <NumberField
        label="Instances"
        required
        value={object(stage['capacity'])['desired']}
        onChange={(count) =>
          onChange({ capacity: count === undefined ? {} : { min: count, max: count, desired: count } })
        }
      />
    </FieldGrid>
  );
}

/** The bounds between which an autoscaler sizes a server group. */
export function BoundsForm({ stage, onChange }: StageFormProps) {
  const capacity = object(stage['capacity']);
  const field = (label: string, key: 'min' | 'max' | 'desired', help?: string) => (
    <NumberField
      label={label}
      required
      help={help}
      value={capacity[key]}
      onChange={(count) => onChange({ capacity: { ...capacity, [key]: count } })}
    />
  );
  return (
    <FieldGrid>
      {field('At least', 'min')}
      {field('At most', 'max')}
      {field('Instances now', 'desired', 'Its autoscaler goes on from there')}
    </FieldGrid>
  );
}

/** What is wrong with a size. */
export function sizeProblems(stage: StageConfig): string[] {
  const { min, max, desired } = object(stage['capacity']);
  if (typeof min !== 'number' || typeof max !== 'number' || typeof desired !== 'number')
    return ['say how many instances it shall have'];
  if (min > max) return ['the smallest size is above the largest'];
  return desired < min || desired > max ? ['the number of instances lies outside its limits'] : [];
}
