import { DestroyIcon } from '@gennaker/ui/icons';
import { InstanceFields, instanceProblems, instanceSummary } from '@gennaker/ui/instance-fields';
import { placeDefaults } from '@gennaker/ui/place-fields';
import { defineStageUi } from '@gennaker/ui/stage-ui';
import { stageSchema } from './schema.ts';

export default defineStageUi({
  type: 'terminateInstances',
  label: 'Terminate instances',
  description: 'Ends instances; a server group puts new ones in their place',
  group: 'Size and instances',
  icon: DestroyIcon,
  schema: stageSchema,
  defaults: () => ({ ...placeDefaults(), instanceIds: [] }),
  summary: instanceSummary,
  problems: instanceProblems,
  Form: InstanceFields,
});
