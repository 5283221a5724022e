import { SwitchField } from '@gennaker/ui/fields';
import { ShrinkIcon } from '@gennaker/ui/icons';
import { NumberOrExpressionField } from '@gennaker/ui/number-or-expression-field';
import { defineStageUi, isOn, text } from '@gennaker/ui/stage-ui';
import { TargetDetails } from '@gennaker/ui/target-details';
import { clusterDefaults, ClusterFields, targetProblems } from '@gennaker/ui/target-fields';
import { scaleDownClusterSchema } from './schema.ts';

export default defineStageUi({
  type: 'scaleDownCluster',
  label: 'Scale down cluster',
  description: 'Takes all instances from the server groups of a cluster but the newest',
  group: 'Traffic and clean-up',
  icon: ShrinkIcon,
  schema: scaleDownClusterSchema,
  defaults: () => ({
    ...clusterDefaults(),
    remainingFullSizeServerGroups: 1,
    allowScaleDownActive: false,
    preferLargerOverNewer: false,
  }),
  summary: (stage) =>
    text(stage['cluster'])
      ? `all but ${text(stage['remainingFullSizeServerGroups'])} of ${text(stage['cluster'])}`
      : '',
  problems: targetProblems,
  Form: (props) => {
    const { stage, onChange } = props;
    return (
      <ClusterFields {...props}>
        <NumberOrExpressionField
          label="Server groups that keep their instances"
          value={stage['remainingFullSizeServerGroups']}
          onChange={(count) => onChange({ remainingFullSizeServerGroups: count })}
        />
        <SwitchField
          label="Scale down those that serve, too"
          help="They have no instances for their traffic any more"
          value={isOn(stage['allowScaleDownActive'])}
          onChange={(on) => onChange({ allowScaleDownActive: on })}
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
