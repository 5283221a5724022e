import { EnableIcon } from '@gennaker/ui/icons';
import { defineStageUi } from '@gennaker/ui/stage-ui';
import { TargetDetails } from '@gennaker/ui/target-details';
import { targetDefaults, TargetFields, targetProblems, targetSummary } from '@gennaker/ui/target-fields';
import { stageSchema } from './schema.ts';

export default defineStageUi({
  type: 'enableServerGroup',
  label: 'Enable server group',
  description: 'Sends traffic to a server group',
  group: 'Traffic and clean-up',
  icon: EnableIcon,
  schema: stageSchema,
  defaults: () => targetDefaults('current_asg_dynamic'),
  summary: targetSummary,
  problems: targetProblems,
  Form: (props) => <TargetFields {...props} verb="enable" />,
  Details: TargetDetails,
});
