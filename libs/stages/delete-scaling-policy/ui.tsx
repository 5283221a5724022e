import { FieldGrid, SegmentField } from '@gennaker/ui/fields';
import { AutoscalingIcon } from '@gennaker/ui/icons';
import { defineStageUi } from '@gennaker/ui/stage-ui';
import { TargetDetails } from '@gennaker/ui/target-details';
import { targetDefaults, TargetFields, targetProblems, targetSummary } from '@gennaker/ui/target-fields';
import { deleteScalingPolicyStageSchema } from './schema.ts';

export default defineStageUi({
  type: 'deleteScalingPolicy',
  label: 'Delete scaling policy',
  description: 'Takes the autoscaler or the autohealing from a server group',
  group: 'Size and instances',
  icon: AutoscalingIcon,
  schema: deleteScalingPolicyStageSchema,
  defaults: () => ({ ...targetDefaults('current_asg_dynamic') }),
  summary: targetSummary,
  problems: targetProblems,
  Form: (props) => {
    const { stage, onChange } = props;

    return (
      <div className="gk-rows">
        <TargetFields {...props} verb="change" />
        <FieldGrid>
          <SegmentField
            label="What goes"
            value={stage['deleteAutoHealingPolicy'] === true ? 'healing' : 'scaling'}
            options={[
              { value: 'scaling', label: 'The autoscaler' },
              { value: 'healing', label: 'The autohealing' },
            ]}
            onChange={(what) => onChange({ deleteAutoHealingPolicy: what === 'healing' || undefined })}
          />
        </FieldGrid>
      </div>
    );
  },
  Details: TargetDetails,
});
