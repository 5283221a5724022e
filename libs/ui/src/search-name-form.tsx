import { FieldGrid, PairsField, TextField, Wide } from './fields.tsx';
import { object, text, type TriggerFormProps } from './stage-ui.tsx';
import { WebhookAddress } from './webhook-address.tsx';
import { WebhookSecretFields } from './webhook-secret-fields.tsx';

/** The form of a trigger that hears of a repository manager by a search name. */
export function searchNameForm(manager: {
  readonly type: string;
  readonly label: string;
  /** Field that holds the search name. */
  readonly field: string;
  /** JSONPath of the repository's name in its payloads. */
  readonly repositoryAt: string;
}) {
  return function SearchNameForm({ trigger, onChange }: TriggerFormProps) {
    return (
      <FieldGrid>
        <TextField
          label="Search name"
          required
          placeholder="releases"
          value={trigger[manager.field]}
          onChange={(name) => onChange({ [manager.field]: name ?? '' })}
          help="Last part of the address"
        />
        <WebhookAddress type={manager.type} source={text(trigger[manager.field])} />
        <Wide>
          <PairsField
            label="Only what has"
            help={`A key or JSONPath of the body, such as ${manager.repositoryAt}, and a regular expression that its value must match`}
            add="Add condition"
            value={object(trigger['payloadConstraints'])}
            onChange={(payloadConstraints) => onChange({ payloadConstraints })}
          />
        </Wide>
        <WebhookSecretFields
          trigger={trigger}
          onChange={onChange}
          help={`That ${manager.label} signs with`}
          example={manager.type}
        />
      </FieldGrid>
    );
  };
}
