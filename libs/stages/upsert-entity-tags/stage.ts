import { callOptions } from '@gennaker/extension-sdk/child-pipeline';
import { defineStage } from '@gennaker/extension-sdk/stage';
import { type UpsertEntityTags, upsertEntityTagsSchema } from './schema.ts';

/** Puts tags to a server group, a cluster, an application or anything else. */
export default defineStage({
  type: 'upsertEntityTags',
  label: 'Tag entity',
  description: 'Puts tags to a server group, a cluster, an application or anything else',
  schema: upsertEntityTagsSchema,
  examples: [
    {
      entityRef: {
        entityType: 'servergroup',
        entityId: 'hello-prod-v000',
        cloudProvider: 'gce',
        account: 'local-gce',
        region: 'us-central1',
      },
      tags: [{ name: 'tested', value: 'yes' }],
    },
    { entityRef: { entityType: 'application', entityId: 'hello' }, tags: [{ name: 'owner', value: 'shop' }] },
  ],
  tasks: () => [
    {
      name: 'upsertEntityTags',
      async run(task) {
        const { entityRef, tags, isPartial }: UpsertEntityTags = task.context;
        const stored = await task.ports.front50.upsertEntityTags(
          { body: { entityRef, tags, isPartial } },
          { ...callOptions(task), key: task.key },
        );
        return {
          status: 'SUCCEEDED',
          outputs: { tagId: stored.id, tags: stored.tags },
          reason: { summary: `${stored.id} has ${tags.map(({ name }) => name).join(', ')}` },
        };
      },
    },
  ],
});
