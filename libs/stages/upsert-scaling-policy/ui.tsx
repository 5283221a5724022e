import { AutoscalingIcon } from '@gennaker/ui/icons';
import { PolicyFields } from '@gennaker/ui/policy-fields';
import { scheduleProblems } from '@gennaker/ui/schedules-field';
import type { StageFormProps } from '@gennaker/ui/stage-ui';
import { defineStageUi, object, text } from '@gennaker/ui/stage-ui';
import { TargetDetails } from '@gennaker/ui/target-details';
import { targetDefaults, TargetFields, targetProblems, targetSummary } from '@gennaker/ui/target-fields';
import { upsertScalingPolicyStageSchema } from './schema.ts';

function Form(props: StageFormProps) {
  const { stage, onChange } = props;
  return (
    <div className="gk-rows">
      <TargetFields {...props} verb="change" />
      <PolicyFields group={stage} onChange={onChange} />
    </div>
  );
}

export default defineStageUi({
  type: 'upsertScalingPolicy',
  label: 'Set scaling policy',
  description: 'Gives a server group an autoscaler or autohealing, or changes them',
  group: 'Size and instances',
  icon: AutoscalingIcon,
  schema: upsertScalingPolicyStageSchema,
  defaults: () => ({
    ...targetDefaults('current_asg_dynamic'),
    autoscalingPolicy: { minNumReplicas: 1, maxNumReplicas: 3, cpuUtilization: { utilizationTarget: 0.6 } },
  }),
  summary: targetSummary,
  problems: (stage) => {
    const { minNumReplicas: min, maxNumReplicas: max } = object(stage['autoscalingPolicy']);
    const healing = stage['autoHealingPolicy'];
    return [
      ...targetProblems(stage),
      ...(stage['autoscalingPolicy'] === undefined && healing === undefined ? ['turn something on'] : []),
      ...(typeof min === 'number' && typeof max === 'number' && min > max
        ? ['the smallest size is above the largest']
        : []),
      ...scheduleProblems(object(object(stage['autoscalingPolicy'])['scalingSchedules'])),
      ...(healing !== undefined && !text(object(healing)['healthCheck']) ? ['name the health check'] : []),
    ];
  },
  Form,
  Details: TargetDetails,
});
