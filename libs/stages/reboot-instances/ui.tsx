import { RebootIcon } from '@gennaker/ui/icons';
import { InstanceFields, instanceProblems, instanceSummary } from '@gennaker/ui/instance-fields';
import { placeDefaults } from '@gennaker/ui/place-fields';
import { defineStageUi } from '@gennaker/ui/stage-ui';
import { stageSchema } from './schema.ts';

export default defineStageUi({
  type: 'rebootInstances',
  label: 'Reboot instances',
  description: 'Restarts instances and waits until they are up again',
  group: 'Size and instances',
  icon: RebootIcon,
  schema: stageSchema,
  defaults: () => ({ ...placeDefaults(), instanceIds: [] }),
  summary: instanceSummary,
  problems: instanceProblems,
  Form: InstanceFields,
});
