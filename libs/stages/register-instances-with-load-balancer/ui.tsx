import { balancedInstances } from '@gennaker/ui/balanced-instances';
import { EnableIcon } from '@gennaker/ui/icons';
import { defineStageUi } from '@gennaker/ui/stage-ui';
import { stageSchema } from './schema.ts';

export default defineStageUi({
  ...balancedInstances,
  type: 'registerInstancesWithLoadBalancer',
  label: 'Register instances with load balancer',
  description: 'Puts single instances behind load balancers',
  group: 'Network',
  icon: EnableIcon,
  schema: stageSchema,
});
