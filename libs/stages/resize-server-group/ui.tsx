import { capacityWords } from '@gennaker/ui/capacity-words';
import { FieldGrid, OptionField, SegmentField, SwitchField } from '@gennaker/ui/fields';
import { ResizeIcon } from '@gennaker/ui/icons';
import { NumberOrExpressionField } from '@gennaker/ui/number-or-expression-field';
import { Facts } from '@gennaker/ui/panels';
import type { StageConfig, StageDetailsProps, StageFormProps } from '@gennaker/ui/stage-ui';
import { defineStageUi, isOn, list, object, text } from '@gennaker/ui/stage-ui';
import { TargetDetails } from '@gennaker/ui/target-details';
import { targetDefaults, TargetFields, targetProblems, targetSummary } from '@gennaker/ui/target-fields';
import { resizeServerGroupSchema } from './schema.ts';

const ACTIONS = [
  { value: 'scale_exact', label: 'Set the size' },
  { value: 'scale_up', label: 'Add instances' },
  { value: 'scale_down', label: 'Take instances away' },
  { value: 'scale_to_cluster', label: 'As large as the largest of the cluster' },
] as const;

const byPercent = (stage: StageConfig): boolean => stage['scaleNum'] === undefined && stage['scalePct'] !== undefined;

/** How many instances more, fewer, or beyond the largest. */
function Amount({ stage, onChange }: Pick<StageFormProps, 'stage' | 'onChange'>) {
  const percent = byPercent(stage);
  return (
    <>
      <SegmentField
        label="By"
        value={percent ? 'pct' : 'incr'}
        options={[
          { value: 'incr', label: 'A number' },
          { value: 'pct', label: 'Percent' },
        ]}
        onChange={(next) =>
          onChange(
            next === 'pct'
              ? { resizeType: 'pct', scalePct: stage['scaleNum'] ?? 0, scaleNum: undefined }
              : { resizeType: 'incr', scaleNum: stage['scalePct'] ?? 0, scalePct: undefined },
          )
        }
      />
      <NumberOrExpressionField
        label={percent ? 'Percentage' : 'Instances'}
        help={percent ? 'Of the present size, rounded up' : 'min and max move by as many'}
        value={percent ? stage['scalePct'] : stage['scaleNum']}
        onChange={(count) => onChange(percent ? { scalePct: count } : { scaleNum: count })}
      />
    </>
  );
}

/** The size itself. */
function Capacity({ stage, onChange }: Pick<StageFormProps, 'stage' | 'onChange'>) {
  const capacity = object(stage['capacity']);
  const field = (label: string, key: 'min' | 'max' | 'desired') => (
    <NumberOrExpressionField
      label={label}
      value={capacity[key]}
      onChange={(count) => onChange({ capacity: { ...capacity, [key]: count } })}
    />
  );
  return (
    <>
      {field('Instances', 'desired')}
      {field('At least', 'min')}
      {field('At most', 'max')}
    </>
  );
}

function Form(props: StageFormProps) {
  const { stage, onChange } = props;
  const action = text(stage['action']) || 'scale_exact';
  return (
    <div className="gk-rows">
      <TargetFields {...props} verb="resize" />
      <FieldGrid>
        <OptionField
          label="What to do"
          value={action}
          options={ACTIONS}
          onChange={(next) =>
            onChange({
              action: next,
              ...(next === 'scale_exact'
                ? { resizeType: 'exact', scaleNum: undefined, scalePct: undefined }
                : { resizeType: byPercent(stage) ? 'pct' : 'incr', capacity: undefined }),
            })
          }
        />
        {action === 'scale_exact' ? (
          <Capacity stage={stage} onChange={onChange} />
        ) : (
          <Amount stage={stage} onChange={onChange} />
        )}
        <SwitchField
          label="Pin the size"
          help="min and max become the new size, so that no autoscaler changes it"
          value={isOn(stage['pinCapacity'])}
          onChange={(on) => onChange({ pinCapacity: on || undefined })}
        />
        <NumberOrExpressionField
          label="Healthy"
          suffix=" %"
          max={100}
          help="Share of the instances that must be up"
          value={stage['targetHealthyDeployPercentage']}
          onChange={(share) => onChange({ targetHealthyDeployPercentage: share })}
        />
      </FieldGrid>
    </div>
  );
}

function Details(props: StageDetailsProps) {
  return (
    <>
      <TargetDetails {...props} />
      {list(props.stage.context['targetCapacities'])
        .map(object)
        .map((one) => (
          <Facts
            key={`${text(one['region'])}/${text(one['serverGroupName'])}`}
            of={[
              [
                text(one['serverGroupName']),
                `${capacityWords(one['before']) ?? '?'} → ${capacityWords(one['capacity']) ?? '?'} instances`,
              ],
            ]}
          />
        ))}
    </>
  );
}

export default defineStageUi({
  type: 'resizeServerGroup',
  label: 'Resize server group',
  description: 'Changes how many instances a server group has',
  group: 'Size and instances',
  icon: ResizeIcon,
  schema: resizeServerGroupSchema,
  defaults: () => ({
    ...targetDefaults('current_asg_dynamic'),
    action: 'scale_exact',
    resizeType: 'exact',
    capacity: { min: 1, max: 1, desired: 1 },
    targetHealthyDeployPercentage: 100,
  }),
  summary: targetSummary,
  problems: (stage) => {
    const { min, max, desired } = object(stage['capacity']);
    const out =
      typeof desired === 'number' &&
      ((typeof min === 'number' && desired < min) || (typeof max === 'number' && desired > max));
    return [...targetProblems(stage), ...(out ? ['the number of instances lies outside its limits'] : [])];
  },
  Form,
  Details,
});
