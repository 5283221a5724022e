import { DisableIcon } from '@gennaker/ui/icons';
import { defineStageUi } from '@gennaker/ui/stage-ui';
import { TargetDetails } from '@gennaker/ui/target-details';
import { targetDefaults, TargetFields, targetProblems, targetSummary } from '@gennaker/ui/target-fields';
import { stageSchema } from './schema.ts';

export default defineStageUi({
  type: 'disableServerGroup',
  label: 'Disable server group',
  description: 'Takes traffic away from a server group',
  group: 'Traffic and clean-up',
  icon: DisableIcon,
  schema: stageSchema,
  defaults: () => targetDefaults('ancestor_asg_dynamic'),
  summary: targetSummary,
  problems: targetProblems,
  Form: (props) => <TargetFields {...props} verb="disable" />,
  Details: TargetDetails,
});
