import { FieldGrid, TextField } from './fields.tsx';
import { text, type TriggerFormProps } from './stage-ui.tsx';
import { WebhookAddress } from './webhook-address.tsx';
import { WebhookSecretFields } from './webhook-secret-fields.tsx';

interface PublishedField {
  /** Field of the trigger. */
  readonly field: string;
  readonly label: string;
  readonly placeholder: string;
}

/** The form of a trigger that hears of versions of one thing, such as tags of an image, by the name of an account. */
export function publishedVersionForm(published: {
  readonly type: string;
  readonly account: { readonly placeholder: string; readonly help: string };
  /** What is published. */
  readonly thing: PublishedField;
  /** Which of its versions count. */
  readonly version: PublishedField & { readonly help: string };
  /** How senders of webhooks use the secret. */
  readonly secretHelp: string;
}) {
  const { type, account, thing, version, secretHelp } = published;
  return function PublishedVersionForm({ trigger, onChange }: TriggerFormProps) {
    return (
      <FieldGrid>
        <TextField
          label="Account"
          required
          placeholder={account.placeholder}
          value={trigger['account']}
          onChange={(name) => onChange({ account: name ?? '' })}
          help={account.help}
        />
        <WebhookAddress type={type} source={text(trigger['account'])} />
        <TextField
          label={thing.label}
          required
          placeholder={thing.placeholder}
          value={trigger[thing.field]}
          onChange={(name) => onChange({ [thing.field]: name ?? '' })}
        />
        <TextField
          label={version.label}
          mono
          placeholder={version.placeholder}
          value={trigger[version.field]}
          onChange={(wanted) => onChange({ [version.field]: wanted })}
          help={version.help}
        />
        <WebhookSecretFields trigger={trigger} onChange={onChange} help={secretHelp} example={type} />
      </FieldGrid>
    );
  };
}
