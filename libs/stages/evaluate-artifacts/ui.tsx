import { TextAreaField, TextField, Wide } from '@gennaker/ui/fields';
import { JsonIcon } from '@gennaker/ui/icons';
import { RowsField } from '@gennaker/ui/rows-field';
import { defineStageUi, list, object, text } from '@gennaker/ui/stage-ui';
import { evaluateArtifactsSchema } from './schema.ts';

const shown = (value: unknown): string =>
  typeof value === 'string' ? value : value === undefined ? '' : JSON.stringify(value, null, 2);

export default defineStageUi({
  type: 'evaluateArtifacts',
  label: 'Evaluate artifacts',
  description: 'Makes artifacts of texts with expressions',
  group: 'Flow',
  icon: JsonIcon,
  schema: evaluateArtifactsSchema,
  producesArtifacts: true,
  defaults: () => ({ artifactContents: [] }),
  summary: (stage) =>
    list(stage['artifactContents'])
      .map((one) => text(object(one)['name']))
      .filter(Boolean)
      .join(', '),
  problems: (stage) => {
    const all = list(stage['artifactContents']).map(object);
    if (all.length === 0) return ['add an artifact'];
    return all.flatMap((one, index) => (text(one['name']) ? [] : [`artifact ${index + 1} has no name`]));
  },
  Form: ({ stage, onChange }) => (
    <RowsField
      what="artifact"
      rows={list(stage['artifactContents']).map(object)}
      fresh={{ name: '', contents: '' }}
      onChange={(rows) => onChange({ artifactContents: rows })}
    >
      {(row, index, set) => (
        <>
          <TextField
            label={`Name ${index + 1}`}
            required
            value={row['name']}
            onChange={(name) => set({ name: name ?? '' })}
          />
          <Wide>
            <TextAreaField
              label={`Contents ${index + 1}`}
              mono
              value={shown(row['contents'])}
              onChange={(contents) => set({ contents: contents ?? '' })}
            />
          </Wide>
        </>
      )}
    </RowsField>
  ),
});
