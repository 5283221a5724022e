import { FieldGrid } from '@gennaker/ui/fields';
import { UndoIcon } from '@gennaker/ui/icons';
import { NumberOrExpressionField } from '@gennaker/ui/number-or-expression-field';
import { Facts } from '@gennaker/ui/panels';
import { RollbackExtentFields, RollbackPaceFields } from '@gennaker/ui/rollback-fields';
import type { JsonObject, StageDetailsProps, StageFormProps } from '@gennaker/ui/stage-ui';
import { defineStageUi, object, text } from '@gennaker/ui/stage-ui';
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
        <RollbackPaceFields
          percentage={stage['targetHealthyRollbackPercentage']}
          onPercentage={(targetHealthyRollbackPercentage) => onChange({ targetHealthyRollbackPercentage })}
          seconds={more['delayBeforeDisableSeconds']}
          onSeconds={(delayBeforeDisableSeconds) => set({ delayBeforeDisableSeconds })}
        />
        <NumberOrExpressionField
          label="Wait between regions"
          suffix=" s"
          placeholder="0 s"
          value={stage['waitTimeBetweenRegions']}
          onChange={(waitTimeBetweenRegions) => onChange({ waitTimeBetweenRegions })}
        />
        <RollbackExtentFields settings={more} set={set} />
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
