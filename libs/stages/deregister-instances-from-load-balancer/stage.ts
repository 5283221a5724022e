import { balancersOf } from '@gennaker/extension-sdk/balanced-instance';
import { instancesTasks, waitForInstances } from '@gennaker/extension-sdk/instances-stage';
import { defineStage } from '@gennaker/extension-sdk/stage';
import { stageSchema } from './schema.ts';

const waitForDownInstances = waitForInstances('waitForDownInstances', (instance, _before, context) => {
  if (!instance) return undefined;
  const states = balancersOf(instance);
  const behind = (context.context.loadBalancerNames ?? []).filter((name) => states.get(name) === 'InService');
  if (behind.length === 0) return undefined;
  return { lacks: `is still in service behind ${behind.join(', ')}`, evidence: Object.fromEntries(states) };
});

/** Takes single instances from behind load balancers. */
export default defineStage({
  type: 'deregisterInstancesFromLoadBalancer',
  label: 'Deregister instances from load balancer',
  description: 'Takes single instances from behind load balancers',
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
      operation: 'deregisterInstancesFromLoadBalancer',
      submit: 'deregisterInstances',
      monitor: 'monitorInstances',
      describe: ({ context }) => ({ loadBalancerNames: context.loadBalancerNames }),
      wait: waitForDownInstances,
    }),
});
