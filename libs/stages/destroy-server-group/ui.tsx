import { DestroyIcon } from '@gennaker/ui/icons';
import { defineStageUi } from '@gennaker/ui/stage-ui';
import { TargetDetails } from '@gennaker/ui/target-details';
import { targetDefaults, TargetFields, targetProblems, targetSummary } from '@gennaker/ui/target-fields';
import { stageSchema } from './schema.ts';

export default defineStageUi({
  type: 'destroyServerGroup',
  label: 'Destroy server group',
  description: 'Removes a server group and its instances',
  group: 'Traffic and clean-up',
  icon: DestroyIcon,
  schema: stageSchema,
  defaults: () => targetDefaults('ancestor_asg_dynamic'),
  summary: targetSummary,
  problems: targetProblems,
  Form: (props) => <TargetFields {...props} verb="destroy" />,
  Details: TargetDetails,
});
