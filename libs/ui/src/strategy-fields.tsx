import { newServerGroupStageSchema } from '@gennaker/contracts/server-group-stage';
import { NumberField, PairsField, SwitchField, TextField, Wide } from './fields.tsx';
import type { FieldProblem, StrategyFormProps } from './stage-ui.tsx';
import { isOn, object } from './stage-ui.tsx';

type ClusterProps = Pick<StrategyFormProps, 'cluster' | 'onChange' | 'problem'>;

/** What of a description says how a new server group is waited for, and what becomes of it after a failure. */
export const replacementSchema = newServerGroupStageSchema.pick({
  targetHealthyDeployPercentage: true,
  healthyForSeconds: true,
  unhealthyPatienceSeconds: true,
  rollback: true,
});

/** When the new server group counts as healthy; how long steps wait for it; what is done when the deploy fails. `inPlace`: none is made. */
export function ReplacementFields({
  cluster,
  onChange,
  problem,
  inPlace,
}: ClusterProps & { readonly inPlace: boolean }) {
  const rollback = object(cluster['rollback']);
  const set = (key: string, on: boolean): void => onChange({ rollback: { ...rollback, [key]: on } });
  return (
    <>
      <NumberField
        label="Healthy instances needed"
        suffix=" %"
        max={100}
        placeholder="100 %"
        value={cluster['targetHealthyDeployPercentage']}
        error={problem('targetHealthyDeployPercentage')}
        onChange={(targetHealthyDeployPercentage) => onChange({ targetHealthyDeployPercentage })}
      />
      {inPlace ? null : (
        <>
          <NumberField
            label="Healthy for"
            suffix=" s"
            placeholder="1 s"
            help="Without a break, before anything is taken from older ones"
            value={cluster['healthyForSeconds']}
            error={problem('healthyForSeconds')}
            onChange={(healthyForSeconds) => onChange({ healthyForSeconds })}
          />
          <NumberField
            label="Patience when it falls ill"
            suffix=" s"
            placeholder="300 s"
            help="A step that takes from older ones waits so long for it, then the deploy fails"
            value={cluster['unhealthyPatienceSeconds']}
            error={problem('unhealthyPatienceSeconds')}
            onChange={(unhealthyPatienceSeconds) => onChange({ unhealthyPatienceSeconds })}
          />
          <SwitchField
            label="After a failure: the old one gets its size back too"
            help="Its traffic it gets back in any case"
            value={isOn(rollback['onFailure'])}
            onChange={(on) => set('onFailure', on)}
          />
          <SwitchField
            label="After a failure: destroy the new one"
            help="Once it gets no requests; otherwise it stays to be looked at"
            value={isOn(rollback['destroyLatest'])}
            onChange={(on) => set('destroyLatest', on)}
          />
        </>
      )}
    </>
  );
}

/** How long both serve before the older ones lose their traffic. `own`: the key that is written where there is none yet. */
export function WaitBeforeDisableField({
  cluster,
  onChange,
  problem,
  own,
  label,
}: ClusterProps & { readonly own: 'delayBeforeDisableSec' | 'delayBeforeCleanup'; readonly label: string }) {
  // The newer spelling counts where both are there.
  const key = typeof cluster['delayBeforeCleanup'] === 'number' ? 'delayBeforeCleanup' : own;
  return (
    <NumberField
      label={label}
      suffix=" s"
      placeholder="0 s"
      value={cluster[key] ?? cluster['delayBeforeDisableSec']}
      error={problem(key)}
      onChange={(seconds) => onChange({ [key]: seconds })}
    />
  );
}

/** Whether older server groups lose their instances in the end, and after which wait. */
export function ScaleDownFields({ cluster, onChange, problem }: ClusterProps) {
  const on = isOn(cluster['scaleDown']);
  return (
    <>
      <SwitchField
        label="Take the instances of older server groups in the end"
        help="They stay, but going back has to boot instances first"
        value={on}
        onChange={(next) =>
          onChange(next ? { scaleDown: true } : { scaleDown: undefined, delayBeforeScaleDownSec: undefined })
        }
      />
      {on ? (
        <NumberField
          label="Wait before they are taken"
          suffix=" s"
          placeholder="0 s"
          value={cluster['delayBeforeScaleDownSec']}
          error={problem('delayBeforeScaleDownSec')}
          onChange={(delayBeforeScaleDownSec) => onChange({ delayBeforeScaleDownSec })}
        />
      ) : null}
    </>
  );
}

/** How many server groups stay in the cluster. */
export function KeptServerGroupsField({ cluster, onChange, problem }: ClusterProps) {
  return (
    <NumberField
      label="Server groups to keep"
      help="With the new one; older ones that get no requests are destroyed. Empty: all are kept"
      min={1}
      value={cluster['maxRemainingAsgs']}
      error={problem('maxRemainingAsgs')}
      onChange={(maxRemainingAsgs) => onChange({ maxRemainingAsgs })}
    />
  );
}

/** A pipeline that a strategy runs, with its parameters. `keys`: under which `value` holds application and pipeline. */
export function PipelineFields({
  value,
  keys,
  onChange,
  problem,
}: {
  readonly value: Readonly<Record<string, unknown>>;
  readonly keys: { readonly application: string; readonly pipeline: string; readonly help: string };
  readonly onChange: (patch: Record<string, unknown>) => void;
  readonly problem: FieldProblem;
}) {
  return (
    <>
      <TextField
        label="Pipeline"
        required
        help={keys.help}
        value={value[keys.pipeline]}
        error={problem(keys.pipeline)}
        onChange={(pipeline) => onChange({ [keys.pipeline]: pipeline })}
      />
      <TextField
        label="Application of the pipeline"
        placeholder="This one"
        value={value[keys.application]}
        error={problem(keys.application)}
        onChange={(application) => onChange({ [keys.application]: application })}
      />
      <Wide>
        <PairsField
          label="Parameters"
          add="Add parameter"
          value={object(value['pipelineParameters'])}
          onChange={(pipelineParameters) => onChange({ pipelineParameters })}
        />
      </Wide>
    </>
  );
}
