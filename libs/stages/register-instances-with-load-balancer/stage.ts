import { balancersOf } from '@gennaker/extension-sdk/balanced-instance';
import { instancesTasks, waitForInstances } from '@gennaker/extension-sdk/instances-stage';
import { defineStage } from '@gennaker/extension-sdk/stage';
import { stageSchema } from './schema.ts';

const waitForUpInstances = waitForInstances('waitForUpInstances', (instance, _before, context) => {
  if (!instance) return { lacks: 'does not exist any more' };
  const states = balancersOf(instance);
  const missing = (context.context.loadBalancerNames ?? []).filter((name) => states.get(name) !== 'InService');
  if (missing.length === 0) return undefined;
  return { lacks: `is not in service behind ${missing.join(', ')}`, evidence: Object.fromEntries(states) };
});

/** Puts single instances behind load balancers, and waits until these find them healthy. */
export default defineStage({
  type: 'registerInstancesWithLoadBalancer',
  label: 'Register instances with load balancer',
  description: 'Puts single instances behind load balancers',
  schema: stageSchema,
  examples: [
    {
      credentials: 'local-gce',
      region: 'us-central1',
      instanceIds: ['hello-prod-v000-ab12'],
      loadBalancerNames: ['hello-network'],
    },
  ],
  tasks: () =>
    instancesTasks({
      operation: 'registerInstancesWithLoadBalancer',
      submit: 'registerInstances',
      monitor: 'monitorInstances',
      describe: ({ context }) => ({ loadBalancerNames: context.loadBalancerNames }),
      wait: waitForUpInstances,
    }),
});
