import { DisableIcon } from '@gennaker/ui/icons';
import { InstanceFields, instanceProblems, instanceSummary } from '@gennaker/ui/instance-fields';
import { placeDefaults } from '@gennaker/ui/place-fields';
import { defineStageUi } from '@gennaker/ui/stage-ui';
import { stageSchema } from './schema.ts';

export default defineStageUi({
  type: 'detachInstances',
  label: 'Detach instances',
  description: 'Lets instances go from their server group, which becomes smaller by as many; they run on',
  group: 'Size and instances',
  icon: DisableIcon,
  schema: stageSchema,
  defaults: () => ({ ...placeDefaults(), instanceIds: [] }),
  summary: instanceSummary,
  problems: instanceProblems,
  Form: InstanceFields,
});
