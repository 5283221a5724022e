import { ChoicesField, FieldGrid, PairsField, Wide, WordsField } from '@gennaker/ui/fields';
import { useGivenTarget } from '@gennaker/ui/given-target';
import { TagIcon } from '@gennaker/ui/icons';
import { Facts } from '@gennaker/ui/panels';
import { AccountField, placeDefaults, placeProblems } from '@gennaker/ui/place-fields';
import type { StageFormProps } from '@gennaker/ui/stage-ui';
import { defineStageUi, list, object, strings, text } from '@gennaker/ui/stage-ui';
import { upsertImageTagsSchema } from './schema.ts';

/** Types of the stages that give an image. */
const SOURCES = ['bake', 'findImage', 'findImageFromTags'];

function Form({ stage, onChange, upstream }: StageFormProps) {
  const given = useGivenTarget();
  const sources = upstream.filter(({ type }) => SOURCES.includes(type));
  return (
    <FieldGrid>
      <AccountField stage={stage} onChange={onChange} />
      {given ? null : (
        <ChoicesField
          label="Images of the stages"
          placeholder="All before this one"
          value={strings(stage['consideredStages'])}
          choices={{
            loading: false,
            options: sources.flatMap(({ refId, name = '' }) => (refId ? [{ value: refId, hint: name }] : [])),
          }}
          onChange={(next) => onChange({ consideredStages: next.length > 0 ? next : undefined })}
        />
      )}
      {given ? null : (
        <WordsField
          label="Or these images"
          help="Names, each ended by Enter"
          value={strings(stage['imageNames'])}
          onChange={(next) => onChange({ imageNames: next.length > 0 ? next : undefined })}
        />
      )}
      <Wide>
        <PairsField
          label="Tags"
          help="Added to those that the image has; a tag of the same name is replaced"
          add="Add tag"
          value={object(stage['tags'])}
          onChange={(tags) => onChange({ tags: tags ?? {} })}
        />
      </Wide>
    </FieldGrid>
  );
}

const pairs = (tags: unknown): string =>
  Object.entries(object(tags))
    .map(([name, value]) => `${name}=${text(value)}`)
    .join(' ');

export default defineStageUi({
  type: 'upsertImageTags',
  label: 'Tag image',
  description: 'Gives the images of earlier stages tags',
  group: 'Build and deploy',
  icon: TagIcon,
  schema: upsertImageTagsSchema,
  defaults: () => ({ ...placeDefaults(), tags: {} }),
  summary: (stage) => pairs(stage['tags']),
  problems: (stage) => [
    ...(Object.keys(object(stage['tags'])).length > 0 ? [] : ['add a tag']),
    ...placeProblems(stage, false),
  ],
  Form,
  Details: ({ stage }) => (
    <Facts
      of={[
        [
          'Images',
          list(stage.context['targets'])
            .map((one) => text(object(one)['imageName']))
            .join(', '),
        ],
        ['Tags', pairs(stage.context['tags'])],
      ]}
    />
  ),
});
