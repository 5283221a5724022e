import { ActionIcon, Button } from '@mantine/core';
import { FieldGrid, TextAreaField, TextField, Wide } from '@gennaker/ui/fields';
import { CloseIcon, JsonIcon, PlusIcon } from '@gennaker/ui/icons';
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
  Form: ({ stage, onChange }) => {
    const all = list(stage['artifactContents']).map(object);
    const set = (index: number, patch: object): void =>
      onChange({ artifactContents: all.map((was, at) => (at === index ? { ...was, ...patch } : was)) });
    return (
      <div className="gk-rows">
        {all.map((one, index) => (
          <div key={index} className="gk-group">
            <FieldGrid>
              <TextField
                label={`Name ${index + 1}`}
                required
                value={one['name']}
                onChange={(name) => set(index, { name: name ?? '' })}
              />
              <Wide>
                <TextAreaField
                  label={`Contents ${index + 1}`}
                  mono
                  value={shown(one['contents'])}
                  onChange={(contents) => set(index, { contents: contents ?? '' })}
                />
              </Wide>
              <div>
                <ActionIcon
                  variant="subtle"
                  color="gray"
                  aria-label={`Remove artifact ${index + 1}`}
                  onClick={() => onChange({ artifactContents: all.filter((_, at) => at !== index) })}
                >
                  <CloseIcon size={15} />
                </ActionIcon>
              </div>
            </FieldGrid>
          </div>
        ))}
        <div>
          <Button
            size="compact-sm"
            variant="default"
            leftSection={<PlusIcon size={14} />}
            onClick={() => onChange({ artifactContents: [...all, { name: '', contents: '' }] })}
          >
            Add artifact
          </Button>
        </div>
      </div>
    );
  },
});
