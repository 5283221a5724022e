import { TextField } from './fields.tsx';
import type { TriggerFormProps } from './stage-ui.tsx';

/** The secret that senders of a trigger's webhooks prove themselves with: given in the trigger, or in the configuration. */
export function WebhookSecretFields({
  trigger,
  onChange,
  help,
  example,
}: Pick<TriggerFormProps, 'trigger' | 'onChange'> & {
  /** How the sender uses it. */
  readonly help: string;
  /** A name of a secret in the configuration. */
  readonly example: string;
}) {
  return (
    <>
      <TextField
        label="Secret"
        value={trigger['secret']}
        onChange={(secret) => onChange({ secret })}
        help={`${help}. Anybody who may look at the pipeline sees it`}
      />
      <TextField
        label="Secret of the configuration"
        placeholder={example}
        value={trigger['secretName']}
        onChange={(secretName) => onChange({ secretName })}
        help="A name under triggerSecrets in gennaker.yml, in place of a secret here"
      />
    </>
  );
}
