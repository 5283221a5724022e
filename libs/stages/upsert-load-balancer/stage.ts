import { monitorOperation, submitOperation } from '@gennaker/extension-sdk/cloud-operation';
import { operationFields } from '@gennaker/extension-sdk/operation-description';
import { defineStage, type JsonObject, type TaskContext } from '@gennaker/extension-sdk/stage';
import { z } from 'zod';
import { type UpsertLoadBalancerStage, upsertLoadBalancerStageSchema } from './schema.ts';

/** A load balancer belongs to no cluster: no lock is needed. */
const nowhere = () => [];

function descriptions({ context: stage }: TaskContext<UpsertLoadBalancerStage>): JsonObject[] {
  const credentials = stage.credentials ?? stage.account;
  const region = stage.region ?? stage.regions?.[0];
  const common = { ...(credentials ? { credentials } : {}), ...(region ? { region } : {}) };
  const { loadBalancers, ...own } = operationFields(stage, ['regions', 'targets']);
  const only = stage['certificate'] === null ? { ...own, certificate: null } : own;
  return (z.array(z.looseObject({})).optional().parse(loadBalancers) ?? [only]).map((balancer) => ({
    ...common,
    ...(typeof balancer['name'] === 'string' ? { loadBalancerName: balancer['name'] } : {}),
    ...operationFields(balancer),
    // Null is none; left out, the one that there is stays.
    ...(balancer['certificate'] === null ? { certificate: null } : {}),
    ...(typeof balancer['credentials'] === 'string' ? { credentials: balancer['credentials'] } : {}),
  }));
}

const resultSchema = z.looseObject({ loadBalancers: z.record(z.string(), z.looseObject({ name: z.string() })) });

/** What was made, where later stages and Spinnaker's clients look for it. */
function targetsOf(context: TaskContext<UpsertLoadBalancerStage>, results: readonly JsonObject[]): JsonObject[] {
  return results.flatMap((result, index) => {
    const made = resultSchema.safeParse(result).data?.loadBalancers ?? {};
    const credentials = descriptions(context)[index]?.['credentials'] ?? null;
    return Object.entries(made).map(([region, { name }]) => ({
      credentials,
      availabilityZones: { [region]: [] },
      vpcId: null,
      name,
    }));
  });
}

/** Makes load balancers, or brings them to what is described. */
export default defineStage({
  type: 'upsertLoadBalancer',
  aliases: ['upsertLoadBalancers'],
  label: 'Create or change load balancer',
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
    {
      credentials: 'local-gce',
      region: 'us-central1',
      loadBalancers: [
        { loadBalancerName: 'hello-a', portRange: '8080' },
        { loadBalancerName: 'hello-b', portRange: '8081' },
      ],
    },
  ],
  tasks: () => [
    submitOperation<UpsertLoadBalancerStage>('upsertLoadBalancer', nowhere, (context) => ({
      provider: context.context.cloudProvider,
      descriptions: descriptions(context).map((description) => ({ upsertLoadBalancer: description })),
    })),
    monitorOperation<UpsertLoadBalancerStage>('monitorUpsert', nowhere, (operation, context) => {
      const targets = targetsOf(context, operation.resultObjects);
      return { context: { targets }, outputs: { loadBalancers: operation.resultObjects, targets } };
    }),
  ],
});
