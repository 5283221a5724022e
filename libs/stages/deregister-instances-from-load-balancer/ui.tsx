import { balancedInstances } from '@gennaker/ui/balanced-instances';
import { UnplugIcon } from '@gennaker/ui/icons';
import { defineStageUi } from '@gennaker/ui/stage-ui';
import { stageSchema } from './schema.ts';

export default defineStageUi({
  ...balancedInstances,
  type: 'deregisterInstancesFromLoadBalancer',
  label: 'Deregister instances from load balancer',
  description: 'Takes single instances from behind load balancers',
  group: 'Network',
  icon: UnplugIcon,
  schema: stageSchema,
});
