import { monitorOperation, submitOperation } from '@gennaker/extension-sdk/cloud-operation';
import { operationFields } from '@gennaker/extension-sdk/operation-description';
import { accountOf, regionsOf } from '@gennaker/extension-sdk/operation-place';
import { waitForSecurityGroup } from '@gennaker/extension-sdk/security-group-wait';
import { defineStage } from '@gennaker/extension-sdk/stage';
import { type UpsertSecurityGroupStage, upsertSecurityGroupStageSchema } from './schema.ts';

/** A firewall belongs to no cluster: no lock is needed. */
const nowhere = () => [];

/** Makes a firewall, or brings it to what is described. */
export default defineStage({
  type: 'upsertSecurityGroup',
  label: 'Create or change firewall',
  description: 'Makes a firewall, or changes it to what is described',
  schema: upsertSecurityGroupStageSchema,
  examples: [
    {
      credentials: 'local-gce',
      securityGroupName: 'hello-web',
      network: 'default',
      sourceRanges: ['10.0.0.0/8'],
      targetTags: ['web'],
      allowed: [{ ipProtocol: 'tcp', portRanges: ['8080'] }],
    },
  ],
  tasks: () => [
    submitOperation<UpsertSecurityGroupStage>('upsertSecurityGroup', nowhere, ({ context: stage }) => ({
      provider: stage.cloudProvider,
      descriptions: regionsOf(stage).map((region) => ({
        upsertSecurityGroup: {
          ...operationFields(stage, ['regions', 'targets']),
          credentials: accountOf(stage),
          region,
        },
      })),
      context: {
        targets: regionsOf(stage).map((region) => ({
          credentials: accountOf(stage),
          region,
          name: stage.securityGroupName,
        })),
      },
    })),
    monitorOperation<UpsertSecurityGroupStage>('monitorUpsert', nowhere),
    waitForSecurityGroup('waitForUpsertedSecurityGroup', true),
  ],
});
