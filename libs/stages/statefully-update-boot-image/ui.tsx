import { ChoiceField, FieldGrid } from '@gennaker/ui/fields';
import { DiskIcon } from '@gennaker/ui/icons';
import { useLiveData } from '@gennaker/ui/live-data';
import { defineStageUi, text } from '@gennaker/ui/stage-ui';
import { TargetDetails } from '@gennaker/ui/target-details';
import { targetDefaults, TargetFields, targetProblems, targetSummary } from '@gennaker/ui/target-fields';
import { statefullyUpdateBootImageStageSchema } from './schema.ts';

export default defineStageUi({
  type: 'statefullyUpdateBootImage',
  label: 'Update boot image',
  description: 'Gives instances that keep their disks another image, each when it is made anew',
  group: 'Size and instances',
  icon: DiskIcon,
  schema: statefullyUpdateBootImageStageSchema,
  defaults: () => ({ ...targetDefaults('current_asg_dynamic'), bootImage: '' }),
  summary: targetSummary,
  problems: (stage) => [...targetProblems(stage), ...(text(stage['bootImage']) ? [] : ['choose an image'])],
  Form: (props) => {
    const { stage, onChange } = props;
    const live = useLiveData();
    return (
      <div className="gk-rows">
        <TargetFields {...props} verb="change" />
        <FieldGrid>
          <ChoiceField
            label="Image"
            required
            value={stage['bootImage']}
            choices={live.useImages(text(stage['credentials']) || undefined)}
            onChange={(bootImage) => onChange({ bootImage: bootImage ?? '' })}
          />
        </FieldGrid>
      </div>
    );
  },
  Details: TargetDetails,
});
