import { ChoiceField, FieldGrid, NumberField, TextField, Wide, WordsField } from '@gennaker/ui/fields';
import { useGivenTarget } from '@gennaker/ui/given-target';
import { FirewallIcon } from '@gennaker/ui/icons';
import { useLiveData } from '@gennaker/ui/live-data';
import { AccountField, placeDefaults, placeProblems } from '@gennaker/ui/place-fields';
import { RowsField } from '@gennaker/ui/rows-field';
import type { StageFormProps } from '@gennaker/ui/stage-ui';
import { defineStageUi, list, object, strings, text } from '@gennaker/ui/stage-ui';
import { upsertSecurityGroupStageSchema } from './schema.ts';

function Form({ stage, onChange }: StageFormProps) {
  const given = useGivenTarget();
  const networks = useLiveData().useNetworks(text(stage['credentials']) || undefined);
  const words = (label: string, key: string, help: string) => (
    <WordsField label={label} help={help} value={strings(stage[key])} onChange={(next) => onChange({ [key]: next })} />
  );
  return (
    <FieldGrid>
      {given ? null : (
        <TextField
          label="Name"
          required
          help="Lower-case letters, digits and hyphens"
          value={stage['securityGroupName']}
          onChange={(securityGroupName) => onChange({ securityGroupName: securityGroupName ?? '' })}
        />
      )}
      <AccountField stage={stage} onChange={onChange} />
      {given ? null : (
        <ChoiceField
          label="Network"
          placeholder="default"
          value={stage['network']}
          choices={networks}
          onChange={(network) => onChange({ network })}
        />
      )}
      {words('From addresses', 'sourceRanges', 'Ranges such as 10.0.0.0/8')}
      {words('From instances with tags', 'sourceTags', 'Network tags')}
      {words('To instances with tags', 'targetTags', 'Network tags')}
      {words('To instances with service accounts', 'targetServiceAccounts', 'Emails; instead of tags')}
      <NumberField
        label="Priority"
        max={65_535}
        placeholder="1000"
        help="Of firewalls that match, the lowest one counts"
        value={stage['priority']}
        onChange={(priority) => onChange({ priority })}
      />
      <Wide>
        <RowsField
          what="protocol"
          rows={list(stage['allowed']).map(object)}
          fresh={{ ipProtocol: 'tcp', portRanges: [] }}
          onChange={(allowed) => onChange({ allowed })}
        >
          {(row, index, set) => (
            <>
              <TextField
                label={`Protocol ${index + 1}`}
                placeholder="tcp"
                value={row['ipProtocol']}
                onChange={(ipProtocol) => set({ ipProtocol: ipProtocol ?? '' })}
              />
              <WordsField
                label={`Ports ${index + 1}`}
                help="Such as 8080 or 8000-8090; none: all of them"
                value={strings(row['portRanges'])}
                onChange={(portRanges) => set({ portRanges })}
              />
            </>
          )}
        </RowsField>
      </Wide>
    </FieldGrid>
  );
}

export default defineStageUi({
  type: 'upsertSecurityGroup',
  label: 'Create or change firewall',
  description: 'Makes a firewall, or changes it to what is described',
  group: 'Network',
  icon: FirewallIcon,
  schema: upsertSecurityGroupStageSchema,
  defaults: () => ({
    ...placeDefaults(),
    securityGroupName: '',
    network: 'default',
    sourceRanges: [],
    targetTags: [],
    allowed: [{ ipProtocol: 'tcp', portRanges: [] }],
  }),
  summary: (stage) => text(stage['securityGroupName']),
  problems: (stage) => [
    ...(text(stage['securityGroupName']) ? [] : ['name the firewall']),
    ...placeProblems(stage, false),
  ],
  Form,
});
