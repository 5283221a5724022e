import { FieldGrid, NumberField, SwitchField, TextField, Wide } from './fields.tsx';
import { SchedulesField } from './schedules-field.tsx';
import type { JsonObject } from './stage-ui.tsx';
import { object } from './stage-ui.tsx';

/** A share as people write it. */
function percentOf(value: unknown): unknown {
  return typeof value === 'number' ? Math.round(value * 100) : value;
}

function Scaling({
  policy,
  onChange,
  bounded,
}: {
  readonly policy: JsonObject;
  readonly onChange: (next: JsonObject) => void;
  readonly bounded: boolean;
}) {
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
      {bounded ? null : number('At least', 'minNumReplicas', ' instances')}
      {bounded ? null : number('At most', 'maxNumReplicas', ' instances')}
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

/** When an autoscaler adds and removes instances of a server group, and when one is made anew. `bounded`: its capacity has the bounds. */
export function PolicyFields({
  group,
  onChange,
  bounded = false,
}: {
  readonly group: JsonObject;
  readonly onChange: (patch: JsonObject) => void;
  readonly bounded?: boolean;
}) {
  const scaling = group['autoscalingPolicy'];
  const healing = group['autoHealingPolicy'];
  const fresh = bounded ? { cpuUtilization: { utilizationTarget: 0.6 } } : { minNumReplicas: 1, maxNumReplicas: 3 };
  return (
    <>
      <FieldGrid>
        <SwitchField
          label="Autoscaling"
          value={scaling !== undefined}
          onChange={(on) => onChange({ autoscalingPolicy: on ? fresh : undefined })}
        />
        {scaling === undefined ? null : (
          <Scaling
            policy={object(scaling)}
            onChange={(next) => onChange({ autoscalingPolicy: next })}
            bounded={bounded}
          />
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
    </>
  );
}
