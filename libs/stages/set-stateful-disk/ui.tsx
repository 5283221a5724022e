import { FieldGrid, TextField } from '@gennaker/ui/fields';
import { DiskIcon } from '@gennaker/ui/icons';
import { defineStageUi, text } from '@gennaker/ui/stage-ui';
import { TargetDetails } from '@gennaker/ui/target-details';
import { targetDefaults, TargetFields, targetProblems, targetSummary } from '@gennaker/ui/target-fields';
import { setStatefulDiskStageSchema } from './schema.ts';

export default defineStageUi({
  type: 'setStatefulDisk',
  label: 'Set stateful disk',
  description: 'Keeps the content of a disk when its instance is made anew',
  group: 'Size and instances',
  icon: DiskIcon,
  schema: setStatefulDiskStageSchema,
  defaults: () => ({ ...targetDefaults('current_asg_dynamic'), deviceName: '' }),
  summary: targetSummary,
  problems: (stage) => [...targetProblems(stage), ...(text(stage['deviceName']) ? [] : ['name a disk'])],
  Form: (props) => {
    const { stage, onChange } = props;

    return (
      <div className="gk-rows">
        <TargetFields {...props} verb="change" />
        <FieldGrid>
          <TextField
            label="Disk"
            required
            help="Its device name in the template"
            value={stage['deviceName']}
            onChange={(deviceName) => onChange({ deviceName: deviceName ?? '' })}
          />
        </FieldGrid>
      </div>
    );
  },
  Details: TargetDetails,
});
