import { FieldGrid, OptionField } from '@gennaker/ui/fields';
import { AutoscalingIcon } from '@gennaker/ui/icons';
import { defineStageUi, text } from '@gennaker/ui/stage-ui';
import { TargetDetails } from '@gennaker/ui/target-details';
import { targetDefaults, TargetFields, targetProblems, targetSummary } from '@gennaker/ui/target-fields';
import { modifyGceAutoscalingPolicySchema } from './schema.ts';

const MODES = [
  { value: 'OFF', label: 'Off: the size stays as it is' },
  { value: 'ON', label: 'On' },
  { value: 'ONLY_SCALE_OUT', label: 'Only adds instances' },
] as const;

export default defineStageUi({
  type: 'modifyGceAutoscalingPolicy',
  label: 'Modify autoscaling',
  description: 'Turns the autoscaler of a server group off or on, or lets it only add instances',
  group: 'Size and instances',
  icon: AutoscalingIcon,
  schema: modifyGceAutoscalingPolicySchema,
  defaults: () => ({ ...targetDefaults('current_asg_dynamic'), mode: 'OFF' }),
  summary: targetSummary,
  problems: targetProblems,
  Form: (props) => {
    const { stage, onChange } = props;

    return (
      <div className="gk-rows">
        <TargetFields {...props} verb="change" />
        <FieldGrid>
          <OptionField
            label="Autoscaler"
            value={text(stage['mode']) || 'OFF'}
            options={MODES}
            onChange={(mode) => onChange({ mode })}
          />
        </FieldGrid>
      </div>
    );
  },
  Details: TargetDetails,
});
