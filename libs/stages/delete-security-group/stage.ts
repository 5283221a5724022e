import { monitorOperation, submitOperation } from '@gennaker/extension-sdk/cloud-operation';
import { operationFields } from '@gennaker/extension-sdk/operation-description';
import { accountOf, regionsOf } from '@gennaker/extension-sdk/operation-place';
import { waitForSecurityGroup } from '@gennaker/extension-sdk/security-group-wait';
import { defineStage } from '@gennaker/extension-sdk/stage';
import { type DeleteSecurityGroupStage, deleteSecurityGroupStageSchema } from './schema.ts';

/** A firewall belongs to no cluster: no lock is needed. */
const nowhere = () => [];

/** Deletes a firewall. */
export default defineStage({
  type: 'deleteSecurityGroup',
  label: 'Delete firewall',
  description: 'Deletes a firewall; what it let in is refused from then on',
  schema: deleteSecurityGroupStageSchema,
  examples: [{ credentials: 'local-gce', securityGroupName: 'hello-web' }],
  tasks: () => [
    submitOperation<DeleteSecurityGroupStage>('deleteSecurityGroup', nowhere, ({ context: stage }) => ({
      provider: stage.cloudProvider,
      descriptions: regionsOf(stage).map((region) => ({
        deleteSecurityGroup: { ...operationFields(stage, ['regions']), credentials: accountOf(stage), region },
      })),
      context: {
        'delete.name': stage.securityGroupName,
        'delete.regions': [...regionsOf(stage)],
        'delete.account.name': accountOf(stage),
      },
    })),
    monitorOperation<DeleteSecurityGroupStage>('monitorDelete', nowhere),
    waitForSecurityGroup('waitForDeletedSecurityGroup', false),
  ],
});
