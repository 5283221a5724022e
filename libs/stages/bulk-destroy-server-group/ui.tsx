import { FieldGrid, WordsField } from '@gennaker/ui/fields';
import { DestroyIcon } from '@gennaker/ui/icons';
import { AccountField, placeDefaults, placeProblems, RegionField } from '@gennaker/ui/place-fields';
import type { StageFormProps } from '@gennaker/ui/stage-ui';
import { defineStageUi, strings } from '@gennaker/ui/stage-ui';
import { bulkDestroyServerGroupSchema } from './schema.ts';

function Form({ stage, onChange }: StageFormProps) {
  return (
    <FieldGrid>
      <WordsField
        label="Server groups"
        required
        help="Names or expressions, each ended by Enter"
        value={strings(stage['serverGroupNames'])}
        onChange={(serverGroupNames) => onChange({ serverGroupNames })}
      />
      <AccountField stage={stage} onChange={onChange} />
      <RegionField stage={stage} onChange={onChange} />
    </FieldGrid>
  );
}

export default defineStageUi({
  type: 'bulkDestroyServerGroup',
  label: 'Bulk destroy server groups',
  description: 'Removes several server groups and their instances',
  group: 'Traffic and clean-up',
  icon: DestroyIcon,
  schema: bulkDestroyServerGroupSchema,
  defaults: () => ({ ...placeDefaults(), serverGroupNames: [] }),
  summary: (stage) => strings(stage['serverGroupNames']).join(', '),
  problems: (stage) => [
    ...(strings(stage['serverGroupNames']).length > 0 ? [] : ['name a server group']),
    ...placeProblems(stage),
  ],
  Form,
});
