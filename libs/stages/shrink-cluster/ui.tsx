import { SwitchField } from '@gennaker/ui/fields';
import { DestroyIcon } from '@gennaker/ui/icons';
import { NumberOrExpressionField } from '@gennaker/ui/number-or-expression-field';
import { defineStageUi, isOn, text } from '@gennaker/ui/stage-ui';
import { TargetDetails } from '@gennaker/ui/target-details';
import { clusterDefaults, ClusterFields, targetProblems } from '@gennaker/ui/target-fields';
import { shrinkClusterSchema } from './schema.ts';

export default defineStageUi({
  type: 'shrinkCluster',
  label: 'Shrink cluster',
  description: 'Destroys all server groups of a cluster but the newest',
  group: 'Traffic and clean-up',
  icon: DestroyIcon,
  schema: shrinkClusterSchema,
  defaults: () => ({ ...clusterDefaults(), shrinkToSize: 1, allowDeleteActive: false, retainLargerOverNewer: false }),
  summary: (stage) => (text(stage['cluster']) ? `to ${text(stage['shrinkToSize'])} of ${text(stage['cluster'])}` : ''),
  problems: targetProblems,
  Form: (props) => {
    const { stage, onChange } = props;
    return (
      <ClusterFields {...props}>
        <NumberOrExpressionField
          label="Server groups that stay"
          value={stage['shrinkToSize']}
          onChange={(count) => onChange({ shrinkToSize: count })}
        />
        <SwitchField
          label="Destroy those that serve, too"
          help="Their traffic is taken away first"
          value={isOn(stage['allowDeleteActive'])}
          onChange={(on) => onChange({ allowDeleteActive: on })}
        />
        <SwitchField
          label="Keep the largest"
          help="Server groups with more instances come before newer ones"
          value={isOn(stage['retainLargerOverNewer'])}
          onChange={(on) => onChange({ retainLargerOverNewer: on })}
        />
      </ClusterFields>
    );
  },
  Details: TargetDetails,
});
