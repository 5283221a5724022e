import { entityTagsId } from '@gennaker/contracts/entity-tags';
import { callOptions } from '@gennaker/extension-sdk/child-pipeline';
import { defineStage } from '@gennaker/extension-sdk/stage';
import { type DeleteEntityTags, deleteEntityTagsSchema } from './schema.ts';

/** Takes tags from whatever has them. */
export default defineStage({
  type: 'deleteEntityTags',
  label: 'Remove tags',
  description: 'Takes tags from a server group, a cluster, an application or anything else',
  schema: deleteEntityTagsSchema,
  examples: [
    { id: 'gce:servergroup:hello-prod-v000:local-gce:us-central1', tags: ['tested'] },
    { entityRef: { entityType: 'application', entityId: 'hello' } },
  ],
  tasks: () => [
    {
      name: 'deleteEntityTags',
      async run(task) {
        const { id, entityRef, tags }: DeleteEntityTags = task.context;
        const tagId = id ?? (entityRef ? entityTagsId(entityRef) : '');
        await task.ports.front50.deleteEntityTags(
          { params: { id: tagId }, query: tags === undefined ? {} : { tags: tags.join(',') } },
          { ...callOptions(task), key: task.key },
        );
        return {
          status: 'SUCCEEDED',
          outputs: { tagId },
          reason: { summary: `${tagId} lost ${tags === undefined ? 'all of its tags' : tags.join(', ')}` },
        };
      },
    },
  ],
});
