import { ChoicesField, FieldGrid, PairsField, TextField, Wide } from '@gennaker/ui/fields';
import { FindImageIcon } from '@gennaker/ui/icons';
import { useLiveData } from '@gennaker/ui/live-data';
import { Facts } from '@gennaker/ui/panels';
import { AccountField, placeDefaults, placeProblems } from '@gennaker/ui/place-fields';
import type { StageFormProps } from '@gennaker/ui/stage-ui';
import { defineStageUi, list, object, strings, text } from '@gennaker/ui/stage-ui';
import { findImageFromTagsSchema } from './schema.ts';

function Form({ stage, onChange }: StageFormProps) {
  const regions = useLiveData().useRegions(text(stage['credentials']) || undefined);
  return (
    <FieldGrid>
      <TextField
        label="Package"
        required
        help="What was baked, or the beginning of the image's name"
        value={stage['packageName']}
        onChange={(packageName) => onChange({ packageName: packageName ?? '' })}
      />
      <AccountField stage={stage} onChange={onChange} />
      <ChoicesField
        label="Regions"
        placeholder="All"
        value={strings(stage['regions'])}
        choices={regions}
        onChange={(next) => onChange({ regions: next })}
      />
      <Wide>
        <PairsField
          label="Tags"
          help="The newest image that has all of them is found"
          add="Add tag"
          value={object(stage['tags'])}
          onChange={(tags) => onChange({ tags: tags ?? {} })}
        />
      </Wide>
    </FieldGrid>
  );
}

export default defineStageUi({
  type: 'findImageFromTags',
  label: 'Find image from tags',
  description: 'Finds the newest image of a package that has certain tags',
  group: 'Build and deploy',
  icon: FindImageIcon,
  schema: findImageFromTagsSchema,
  defaults: () => ({ ...placeDefaults(), packageName: '', tags: {}, regions: [] }),
  summary: (stage) =>
    [
      text(stage['packageName']),
      ...Object.entries(object(stage['tags'])).map(([name, value]) => `${name}=${text(value)}`),
    ]
      .filter(Boolean)
      .join(' '),
  problems: (stage) => [...(text(stage['packageName']) ? [] : ['name a package']), ...placeProblems(stage, false)],
  Form,
  Details: ({ stage }) => (
    <Facts
      of={list(stage.context['amiDetails'])
        .map(object)
        .map((one): [string, string] => [text(one['region']), text(one['imageName'])])}
    />
  ),
});
