import { FieldGrid, TextField } from '@gennaker/ui/fields';
import { DestroyIcon } from '@gennaker/ui/icons';
import { AccountField, placeDefaults, placeProblems } from '@gennaker/ui/place-fields';
import { defineStageUi, text } from '@gennaker/ui/stage-ui';
import { deleteSecurityGroupStageSchema } from './schema.ts';

export default defineStageUi({
  type: 'deleteSecurityGroup',
  label: 'Delete firewall',
  description: 'Deletes a firewall; what it let in is refused from then on',
  group: 'Network',
  icon: DestroyIcon,
  schema: deleteSecurityGroupStageSchema,
  defaults: () => ({ ...placeDefaults(), securityGroupName: '' }),
  summary: (stage) => text(stage['securityGroupName']),
  problems: (stage) => [
    ...(text(stage['securityGroupName']) ? [] : ['name the firewall']),
    ...placeProblems(stage, false),
  ],
  Form: ({ stage, onChange }) => (
    <FieldGrid>
      <TextField
        label="Name"
        required
        value={stage['securityGroupName']}
        onChange={(securityGroupName) => onChange({ securityGroupName: securityGroupName ?? '' })}
      />
      <AccountField stage={stage} onChange={onChange} />
    </FieldGrid>
  ),
});
