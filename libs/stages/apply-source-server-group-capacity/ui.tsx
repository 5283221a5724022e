import { capacityWords } from '@gennaker/ui/capacity-words';
import { ResizeIcon } from '@gennaker/ui/icons';
import { Facts, Note } from '@gennaker/ui/panels';
import type { StageDetailsProps, StageFormProps } from '@gennaker/ui/stage-ui';
import { defineStageUi } from '@gennaker/ui/stage-ui';
import { TargetDetails } from '@gennaker/ui/target-details';
import { targetDefaults, TargetFields, targetProblems, targetSummary } from '@gennaker/ui/target-fields';
import { stageSchema } from './schema.ts';

function Form(props: StageFormProps) {
  const given = props.stage['sourceServerGroupCapacitySnapshot'] !== undefined;
  const captured = props.upstream.some(({ type }) => type === 'captureSourceServerGroupCapacity');
  return (
    <div className="gk-rows">
      <TargetFields {...props} verb="set the minimum of" />
      {given || captured ? null : (
        <Note
          look="paused"
          title="No stage before this one captures a capacity"
          why="The minimum that is set here is the one that was captured before."
          next="Put “Capture source capacity” before it."
        />
      )}
    </div>
  );
}

function Details(props: StageDetailsProps) {
  const { appliedCapacity } = props.stage.context;
  return (
    <>
      <TargetDetails {...props} />
      <Facts of={[['Size it gets', appliedCapacity === null ? 'It has it already' : capacityWords(appliedCapacity)]]} />
    </>
  );
}

export default defineStageUi({
  type: 'applySourceServerGroupCapacity',
  label: 'Apply source capacity',
  description: 'Gives a server group the minimum that was captured of the one before it',
  group: 'Size and instances',
  icon: ResizeIcon,
  schema: stageSchema,
  defaults: () => targetDefaults('current_asg_dynamic'),
  summary: targetSummary,
  problems: targetProblems,
  Form,
  Details,
});
