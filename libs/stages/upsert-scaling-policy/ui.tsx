import { FieldGrid, NumberField, SwitchField, TextField, Wide } from '@gennaker/ui/fields';
import { AutoscalingIcon } from '@gennaker/ui/icons';
import type { JsonObject, StageFormProps } from '@gennaker/ui/stage-ui';
import { defineStageUi, object, text } from '@gennaker/ui/stage-ui';
import { TargetDetails } from '@gennaker/ui/target-details';
import { targetDefaults, TargetFields, targetProblems, targetSummary } from '@gennaker/ui/target-fields';
import { scheduleProblems, SchedulesField } from './schedules-field.tsx';
import { upsertScalingPolicyStageSchema } from './schema.ts';

/** A share as people write it. */
function percentOf(value: unknown): unknown {
  return typeof value === 'number' ? Math.round(value * 100) : value;
}

function Scaling({ policy, onChange }: { readonly policy: JsonObject; readonly onChange: (next: JsonObject) => void }) {
  const number = (label: string, key: string, suffix = '') => (
    <NumberField
      label={label}
      suffix={suffix}
      value={policy[key]}
      onChange={(count) => onChange({ ...policy, [key]: count })}
    />
  );
  const cpu = object(policy['cpuUtilization']);
  return (
    <>
      {number('At least', 'minNumReplicas', ' instances')}
      {number('At most', 'maxNumReplicas', ' instances')}
      <NumberField
        label="Processor use to keep"
        suffix=" %"
        help="Empty: none; with nothing else to go by, Google keeps 60 %"
        min={1}
        max={100}
        value={percentOf(cpu['utilizationTarget'])}
        onChange={(share) =>
          onChange({
            ...policy,
            // Left out, the one that there is would stay.
            cpuUtilization: share === undefined ? {} : { ...cpu, utilizationTarget: share / 100 },
          })
        }
      />
      {number('Start-up time', 'coolDownPeriodSec', ' s')}
      <Wide>
        <SchedulesField
          schedules={object(policy['scalingSchedules'])}
          onChange={(scalingSchedules) => onChange({ ...policy, scalingSchedules: scalingSchedules ?? {} })}
        />
      </Wide>
    </>
  );
}

function Healing({ policy, onChange }: { readonly policy: JsonObject; readonly onChange: (next: JsonObject) => void }) {
  return (
    <>
      <TextField
        label="Health check"
        required
        help="Instances that fail it are made anew"
        value={policy['healthCheck']}
        onChange={(healthCheck) => onChange({ ...policy, healthCheck: healthCheck ?? '' })}
      />
      <NumberField
        label="Not before"
        suffix=" s"
        help="After an instance's start"
        value={policy['initialDelaySec']}
        onChange={(seconds) => onChange({ ...policy, initialDelaySec: seconds })}
      />
    </>
  );
}

function Form(props: StageFormProps) {
  const { stage, onChange } = props;
  const scaling = stage['autoscalingPolicy'];
  const healing = stage['autoHealingPolicy'];
  return (
    <div className="gk-rows">
      <TargetFields {...props} verb="change" />
      <FieldGrid>
        <SwitchField
          label="Autoscaling"
          value={scaling !== undefined}
          onChange={(on) => onChange({ autoscalingPolicy: on ? { minNumReplicas: 1, maxNumReplicas: 3 } : undefined })}
        />
        {scaling === undefined ? null : (
          <Scaling policy={object(scaling)} onChange={(next) => onChange({ autoscalingPolicy: next })} />
        )}
      </FieldGrid>
      <FieldGrid>
        <SwitchField
          label="Autohealing"
          value={healing !== undefined}
          onChange={(on) => onChange({ autoHealingPolicy: on ? { healthCheck: '', initialDelaySec: 300 } : undefined })}
        />
        {healing === undefined ? null : (
          <Healing policy={object(healing)} onChange={(next) => onChange({ autoHealingPolicy: next })} />
        )}
      </FieldGrid>
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
