import { SwitchField } from '@gennaker/ui/fields';
import { DisableIcon } from '@gennaker/ui/icons';
import { NumberOrExpressionField } from '@gennaker/ui/number-or-expression-field';
import { defineStageUi, isOn, text } from '@gennaker/ui/stage-ui';
import { TargetDetails } from '@gennaker/ui/target-details';
import { clusterDefaults, ClusterFields, targetProblems } from '@gennaker/ui/target-fields';
import { disableClusterSchema } from './schema.ts';

export default defineStageUi({
  type: 'disableCluster',
  label: 'Disable cluster',
  description: 'Takes traffic from all server groups of a cluster but the newest',
  group: 'Traffic and clean-up',
  icon: DisableIcon,
  schema: disableClusterSchema,
  defaults: () => ({ ...clusterDefaults(), remainingEnabledServerGroups: 1, preferLargerOverNewer: false }),
  summary: (stage) =>
    text(stage['cluster']) ? `all but ${text(stage['remainingEnabledServerGroups'])} of ${text(stage['cluster'])}` : '',
  problems: targetProblems,
  Form: (props) => {
    const { stage, onChange } = props;
    return (
      <ClusterFields {...props}>
        <NumberOrExpressionField
          label="Server groups that stay enabled"
          help="Of those that serve, the newest"
          value={stage['remainingEnabledServerGroups']}
          onChange={(count) => onChange({ remainingEnabledServerGroups: count })}
        />
        <SwitchField
          label="Keep the largest"
          help="Server groups with more instances come before newer ones"
          value={isOn(stage['preferLargerOverNewer'])}
          onChange={(on) => onChange({ preferLargerOverNewer: on })}
        />
      </ClusterFields>
    );
  },
  Details: TargetDetails,
});
