import { FieldGrid, TextField, WordsField } from '@gennaker/ui/fields';
import { TagIcon } from '@gennaker/ui/icons';
import { Facts } from '@gennaker/ui/panels';
import { defineStageUi, object, strings, text } from '@gennaker/ui/stage-ui';
import { deleteEntityTagsSchema } from './schema.ts';

export default defineStageUi({
  type: 'deleteEntityTags',
  label: 'Remove tags',
  description: 'Takes tags from a server group, a cluster, an application or anything else',
  group: 'Build and deploy',
  icon: TagIcon,
  schema: deleteEntityTagsSchema,
  defaults: () => ({ id: '' }),
  summary: (stage) => text(stage['id']) || text(object(stage['entityRef'])['entityId']),
  problems: (stage) =>
    text(stage['id']) === '' && text(object(stage['entityRef'])['entityId']) === '' ? ['name whose tags'] : [],
  Form: ({ stage, onChange }) => (
    <FieldGrid>
      <TextField
        label="Id of the tags"
        help="cloud:type:name:account:region, * for what it does not have"
        value={stage['id']}
        onChange={(id) => onChange({ id })}
      />
      <WordsField
        label="Names of the tags"
        help="Empty: all of them"
        value={strings(stage['tags'])}
        onChange={(tags) => onChange({ tags: tags.length > 0 ? tags : undefined })}
      />
    </FieldGrid>
  ),
  Details: ({ stage }) => <Facts of={[['Tags of', text(stage.outputs['tagId'])]]} />,
});
