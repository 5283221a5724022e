import { ChoiceField, FieldGrid, PairsField, TextField, Wide } from '@gennaker/ui/fields';
import { TagIcon } from '@gennaker/ui/icons';
import { Facts } from '@gennaker/ui/panels';
import type { StageFormProps } from '@gennaker/ui/stage-ui';
import { defineStageUi, list, object, text } from '@gennaker/ui/stage-ui';
import { upsertEntityTagsSchema } from './schema.ts';

const KINDS = ['servergroup', 'cluster', 'application', 'loadbalancer', 'pipeline'];

/** Tags with texts as pairs; those with other values, such as notices, are left to the JSON. */
function pairsOf(tags: unknown): Record<string, string> {
  const texts = list(tags)
    .map(object)
    .flatMap(({ name, value }): [string, string][] => (typeof value === 'string' ? [[text(name), value]] : []));
  return Object.fromEntries(texts);
}

function tagsOf(tags: unknown, pairs: Readonly<Record<string, unknown>>): Record<string, unknown>[] {
  const before = list(tags).map(object);
  return [
    ...before.filter(({ value }) => typeof value !== 'string'),
    ...Object.entries(pairs).map(([name, value]) => ({
      ...before.find((tag) => tag['name'] === name && typeof tag['value'] === 'string'),
      name,
      value,
    })),
  ];
}

function Form({ stage, onChange }: StageFormProps) {
  const entityRef = object(stage['entityRef']);
  const put = (changes: Readonly<Record<string, unknown>>): void =>
    onChange({ entityRef: { ...entityRef, ...changes } });
  return (
    <FieldGrid>
      <ChoiceField
        label="What is tagged"
        value={entityRef['entityType']}
        choices={{ loading: false, options: KINDS.map((value) => ({ value })) }}
        onChange={(entityType) => put({ entityType })}
      />
      <TextField label="Its name or id" value={entityRef['entityId']} onChange={(entityId) => put({ entityId })} />
      <TextField label="Account" value={entityRef['account']} onChange={(account) => put({ account })} />
      <TextField label="Region" value={entityRef['region']} onChange={(region) => put({ region })} />
      <Wide>
        <PairsField
          label="Tags"
          help="Added to those that it has; a tag of the same name is replaced"
          add="Add tag"
          value={pairsOf(stage['tags'])}
          onChange={(pairs) => onChange({ tags: tagsOf(stage['tags'], pairs ?? {}) })}
        />
      </Wide>
    </FieldGrid>
  );
}

const names = (tags: unknown): string =>
  list(tags)
    .map((tag) => text(object(tag)['name']))
    .join(', ');

export default defineStageUi({
  type: 'upsertEntityTags',
  label: 'Tag entity',
  description: 'Puts tags to a server group, a cluster, an application or anything else',
  group: 'Build and deploy',
  icon: TagIcon,
  schema: upsertEntityTagsSchema,
  defaults: () => ({ entityRef: { entityType: 'servergroup', cloudProvider: 'gce' }, tags: [] }),
  summary: (stage) => [text(object(stage['entityRef'])['entityId']), names(stage['tags'])].filter(Boolean).join(': '),
  problems: (stage) => [
    ...(text(object(stage['entityRef'])['entityId']) === '' ? ['name what is tagged'] : []),
    ...(list(stage['tags']).length > 0 ? [] : ['add a tag']),
  ],
  Form,
  Details: ({ stage }) => (
    <Facts
      of={[
        ['Tags of', text(stage.outputs['tagId'])],
        ['It has', names(stage.outputs['tags'])],
      ]}
    />
  ),
});
