import { monitorOperation, submitOperation } from '@gennaker/extension-sdk/cloud-operation';
import { defineStage, type JsonObject } from '@gennaker/extension-sdk/stage';
import { type UpsertLoadBalancerStage, upsertLoadBalancerStageSchema } from './schema.ts';

/** A load balancer belongs to no cluster: no lock is needed. */
const nowhere = () => [];

function descriptions(stage: UpsertLoadBalancerStage): { upsertLoadBalancer: JsonObject }[] {
  const { loadBalancers, cloudProvider: _provider, ...own } = stage;
  const credentials = stage.credentials ?? stage.account;
  return (loadBalancers ?? [own]).map((balancer) => ({
    upsertLoadBalancer: { ...(credentials ? { credentials } : {}), ...balancer },
  }));
}

/** Makes load balancers, or brings them to what is described. */
export default defineStage({
  type: 'upsertLoadBalancer',
  aliases: ['upsertLoadBalancers'],
  label: 'Create load balancer',
  description: 'Makes a load balancer, or changes it to what is described',
  schema: upsertLoadBalancerStageSchema,
  examples: [
    {
      credentials: 'local-gce',
      region: 'us-central1',
      loadBalancerName: 'hello-lb',
      loadBalancerType: 'TCP',
      portRange: '8080',
    },
  ],
  tasks: () => [
    submitOperation<UpsertLoadBalancerStage>('upsertLoadBalancer', nowhere, (context) => ({
      provider: context.context.cloudProvider,
      descriptions: descriptions(context.context),
    })),
    monitorOperation<UpsertLoadBalancerStage>('monitorUpsert', nowhere, (operation) => ({
      outputs: { loadBalancers: operation.resultObjects },
    })),
  ],
});
