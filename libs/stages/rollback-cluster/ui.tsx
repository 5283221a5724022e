import { FieldGrid, NumberField, SwitchField } from '@gennaker/ui/fields';
import { UndoIcon } from '@gennaker/ui/icons';
import { Facts } from '@gennaker/ui/panels';
import type { JsonObject, StageDetailsProps, StageFormProps } from '@gennaker/ui/stage-ui';
import { defineStageUi, isOn, object, text } from '@gennaker/ui/stage-ui';
import { clusterDefaults, ClusterFields, targetProblems, targetSummary } from '@gennaker/ui/target-fields';
import { rollbackClusterSchema } from './schema.ts';

function Form(props: StageFormProps) {
  const { stage, onChange } = props;
  const more = object(stage['additionalRollbackContext']);
  const set = (patch: JsonObject): void => onChange({ additionalRollbackContext: { ...more, ...patch } });
  return (
    <div className="gk-rows">
      <ClusterFields {...props} />
      <FieldGrid>
        <NumberField
          label="Healthy"
          suffix=" %"
          max={100}
          help="Before the newer one is disabled; empty: all of a small group, nearly all of a large one"
          value={stage['targetHealthyRollbackPercentage']}
          onChange={(targetHealthyRollbackPercentage) => onChange({ targetHealthyRollbackPercentage })}
        />
        <NumberField
          label="Wait between regions"
          suffix=" s"
          value={stage['waitTimeBetweenRegions']}
          onChange={(waitTimeBetweenRegions) => onChange({ waitTimeBetweenRegions })}
        />
        <NumberField
          label="Both serve for"
          suffix=" s"
          value={more['delayBeforeDisableSeconds']}
          onChange={(delayBeforeDisableSeconds) => set({ delayBeforeDisableSeconds })}
        />
        <SwitchField
          label="Keep the size"
          help="What is restored is enabled as large as it is"
          value={isOn(more['enableAndDisableOnly'])}
          onChange={(on) => set({ enableAndDisableOnly: on || undefined })}
        />
        <SwitchField
          label="Only what serves now"
          help="Nothing that is disabled is restored"
          value={isOn(more['onlyEnabledServerGroups'])}
          onChange={(on) => set({ onlyEnabledServerGroups: on || undefined })}
        />
      </FieldGrid>
    </div>
  );
}

function Details({ stage }: StageDetailsProps) {
  return (
    <Facts
      of={Object.entries(object(stage.context['rollbackContexts'])).map(([region, raw]) => {
        const one = object(raw);
        const to = text(one['restoreServerGroupName']) || text(one['imageName']);
        return [region, `${text(one['rollbackServerGroupName'])} back to ${to}`] as const;
      })}
    />
  );
}

export default defineStageUi({
  type: 'rollbackCluster',
  label: 'Roll back a cluster',
  description: 'Has the version before the newest one serve again, region after region',
  group: 'Traffic and clean-up',
  icon: UndoIcon,
  schema: rollbackClusterSchema,
  defaults: clusterDefaults,
  summary: targetSummary,
  problems: targetProblems,
  Form,
  Details,
});
