import { DestroyIcon } from '@gennaker/ui/icons';
import { InstanceFields, instanceProblems, instanceSummary } from '@gennaker/ui/instance-fields';
import { placeDefaults } from '@gennaker/ui/place-fields';
import { defineStageUi } from '@gennaker/ui/stage-ui';
import { stageSchema } from './schema.ts';

export default defineStageUi({
  type: 'terminateInstanceAndDecrementServerGroup',
  label: 'Terminate instance and shrink its server group',
  description: 'Ends instances, and makes their server group smaller by as many',
  group: 'Size and instances',
  icon: DestroyIcon,
  schema: stageSchema,
  defaults: () => ({ ...placeDefaults(), instanceIds: [] }),
  summary: instanceSummary,
  problems: instanceProblems,
  Form: InstanceFields,
});
