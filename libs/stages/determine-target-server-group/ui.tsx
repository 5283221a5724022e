import { FindImageIcon } from '@gennaker/ui/icons';
import { Facts } from '@gennaker/ui/panels';
import type { StageDetailsProps } from '@gennaker/ui/stage-ui';
import { defineStageUi, list, object, text } from '@gennaker/ui/stage-ui';
import { TargetDetails } from '@gennaker/ui/target-details';
import { targetDefaults, TargetFields, targetProblems, targetSummary } from '@gennaker/ui/target-fields';
import { stageSchema } from './schema.ts';

function Details(props: StageDetailsProps) {
  const found = list(props.stage.outputs['targetReferences']).map(object);
  if (found.length === 0) return <TargetDetails {...props} />;
  return (
    <Facts
      of={[
        ['Cluster', text(props.stage.context['cluster'])],
        ['Account', text(props.stage.context['credentials'])],
        ...found.map((one): [string, string] => [`In ${text(one['region'])}`, text(one['name'])]),
      ]}
    />
  );
}

export default defineStageUi({
  type: 'determineTargetServerGroup',
  label: 'Determine target server group',
  description: 'Settles on the server groups that a target means now, for later stages',
  group: 'Flow',
  icon: FindImageIcon,
  schema: stageSchema,
  defaults: () => targetDefaults('current_asg_dynamic'),
  summary: targetSummary,
  problems: targetProblems,
  Form: (props) => <TargetFields {...props} verb="settle on" />,
  Details,
});
