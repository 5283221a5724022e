import { FieldGrid, OptionField, TextField } from '@gennaker/ui/fields';
import { UndoIcon } from '@gennaker/ui/icons';
import { NumberOrExpressionField } from '@gennaker/ui/number-or-expression-field';
import { Facts } from '@gennaker/ui/panels';
import { RollbackExtentFields, RollbackPaceFields } from '@gennaker/ui/rollback-fields';
import type { JsonObject, StageConfig, StageDetailsProps, StageFormProps } from '@gennaker/ui/stage-ui';
import { defineStageUi, object, strings, text } from '@gennaker/ui/stage-ui';
import { clusterDefaults, ClusterFields, targetProblems } from '@gennaker/ui/target-fields';
import { rollbackServerGroupSchema } from './schema.ts';

const TYPES = [
  { value: 'EXPLICIT', label: 'An earlier server group serves again' },
  { value: 'PREVIOUS_IMAGE', label: 'A new server group is made from the earlier image' },
  { value: 'TEST', label: 'Rehearsal: only wait' },
] as const;

function Explicit({ settings, set }: { readonly settings: JsonObject; readonly set: (patch: JsonObject) => void }) {
  return (
    <>
      <TextField
        label="Serves again"
        mono
        help="Empty: what the other one replaced, or the next older one"
        value={settings['restoreServerGroupName']}
        onChange={(restoreServerGroupName) => set({ restoreServerGroupName })}
      />
      <RollbackExtentFields settings={settings} set={set} />
    </>
  );
}

function Form(props: StageFormProps) {
  const { stage, onChange } = props;
  const settings = object(stage['rollbackContext']);
  const set = (patch: JsonObject): void => onChange({ rollbackContext: { ...settings, ...patch } });
  const type = text(stage['rollbackType']) || 'EXPLICIT';
  return (
    <div className="gk-rows">
      <ClusterFields {...props} />
      <FieldGrid>
        <OptionField label="How" value={type} options={TYPES} onChange={(rollbackType) => onChange({ rollbackType })} />
        {type === 'TEST' ? (
          <NumberOrExpressionField
            label="Wait"
            suffix=" s"
            value={settings['waitTime']}
            onChange={(waitTime) => set({ waitTime })}
          />
        ) : (
          <>
            <TextField
              label="Goes out of service"
              mono
              help="Empty: the newest enabled one of the cluster"
              value={settings['rollbackServerGroupName']}
              onChange={(rollbackServerGroupName) => set({ rollbackServerGroupName })}
            />
            {type === 'EXPLICIT' ? (
              <Explicit settings={settings} set={set} />
            ) : (
              <TextField
                label="Image"
                mono
                help="Empty: the image that the other one replaced"
                value={settings['imageName']}
                onChange={(imageName) => set({ imageName })}
              />
            )}
            <RollbackPaceFields
              percentage={settings['targetHealthyRollbackPercentage']}
              onPercentage={(targetHealthyRollbackPercentage) => set({ targetHealthyRollbackPercentage })}
              seconds={settings['delayBeforeDisableSeconds']}
              onSeconds={(delayBeforeDisableSeconds) => set({ delayBeforeDisableSeconds })}
            />
          </>
        )}
      </FieldGrid>
    </div>
  );
}

function Details({ stage }: StageDetailsProps) {
  const plan = object(stage.context['rollbackPlan']);
  const restored = text(object(plan['restore'])['serverGroupName']);
  return (
    <Facts
      of={[
        ['Goes out of service', text(object(plan['from'])['serverGroupName'])],
        ['Serves again', restored || text(plan['image'])],
        ['Account', text(stage.context['credentials'])],
        ['Region', strings(stage.context['regions']).join(', ') || text(stage.context['region'])],
      ]}
    />
  );
}

const problems = (stage: StageConfig): string[] =>
  text(object(stage['rollbackContext'])['rollbackServerGroupName']) || stage['rollbackType'] === 'TEST'
    ? []
    : targetProblems(stage);

export default defineStageUi({
  type: 'rollbackServerGroup',
  label: 'Roll back a server group',
  description: 'Has an earlier version serve again, then disables the newer one',
  group: 'Traffic and clean-up',
  icon: UndoIcon,
  schema: rollbackServerGroupSchema,
  defaults: () => ({ ...clusterDefaults(), rollbackType: 'EXPLICIT', rollbackContext: {} }),
  summary: (stage) => text(object(stage['rollbackContext'])['rollbackServerGroupName']) || text(stage['cluster']),
  problems,
  Form,
  Details,
});
