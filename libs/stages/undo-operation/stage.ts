import { parseName } from '@gennaker/contracts/moniker';
import { monitorOperation, submitOperation } from '@gennaker/extension-sdk/cloud-operation';
import { acquireClusterLock, type ClusterPlace, releaseClusterLock } from '@gennaker/extension-sdk/cluster-lock';
import { defineStage, type TaskContext } from '@gennaker/extension-sdk/stage';
import { z } from 'zod';
import { type UndoOperation, undoOperationSchema } from './schema.ts';

const namedSchema = z.looseObject({ region: z.string(), serverGroupName: z.string() });

/** The cluster that is changed, where the operation is about a server group. */
function places({ context: { credentials, description } }: TaskContext<UndoOperation>): ClusterPlace[] {
  const named = namedSchema.safeParse(description).data;
  const cluster = named && parseName(named.serverGroupName)?.cluster;
  return named && cluster ? [{ account: credentials, region: named.region, cluster }] : [];
}

/** Takes one operation back by another one, whose description was recorded before the change. */
export default defineStage({
  type: 'undoOperation',
  label: 'Undo an operation',
  description: 'Brings one thing of a cloud back to how it was before an operation changed it',
  schema: undoOperationSchema,
  examples: [
    {
      credentials: 'local-gce',
      operation: 'upsertServerGroupTags',
      description: { region: 'us-central1', serverGroupName: 'hello-prod-v000', tags: ['http-server'] },
    },
  ],
  tasks: () => [
    acquireClusterLock(places),
    submitOperation<UndoOperation>('undoOperation', places, ({ context }) => ({
      provider: context.cloudProvider,
      descriptions: [{ [context.operation]: { ...context.description, credentials: context.credentials } }],
    })),
    monitorOperation<UndoOperation>('monitorUndo', places),
    releaseClusterLock<UndoOperation>(),
  ],
});
