import { monitorOperation, submitOperation } from '@gennaker/extension-sdk/cloud-operation';
import { operationFields } from '@gennaker/extension-sdk/operation-description';
import { accountOf, regionsOf } from '@gennaker/extension-sdk/operation-place';
import { defineStage } from '@gennaker/extension-sdk/stage';
import { type DeleteLoadBalancerStage, deleteLoadBalancerStageSchema } from './schema.ts';

/** A load balancer belongs to no cluster: no lock is needed. */
const nowhere = () => [];

/** Deletes a load balancer, which must have nothing behind it. */
export default defineStage({
  type: 'deleteLoadBalancer',
  label: 'Delete load balancer',
  description: 'Deletes a load balancer that has nothing behind it any more',
  schema: deleteLoadBalancerStageSchema,
  examples: [
    { credentials: 'local-gce', region: 'us-central1', loadBalancerName: 'hello-lb', loadBalancerType: 'TCP' },
  ],
  tasks: () => [
    submitOperation<DeleteLoadBalancerStage>('deleteLoadBalancer', nowhere, ({ context: stage }) => ({
      provider: stage.cloudProvider,
      descriptions: regionsOf(stage).map((region) => ({
        deleteLoadBalancer: { ...operationFields(stage, ['regions']), credentials: accountOf(stage), region },
      })),
      context: {
        'delete.name': stage.loadBalancerName,
        'delete.regions': [...regionsOf(stage)],
        'delete.account.name': accountOf(stage),
      },
    })),
    monitorOperation<DeleteLoadBalancerStage>('monitorDelete', nowhere),
  ],
});
