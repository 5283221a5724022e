import type { Reason } from '@gennaker/contracts/execution';
import type { SenderProof } from './trigger.ts';

/** Where a trigger says which secret its senders know. */
interface WithSecret {
  readonly secret?: string | undefined;
  readonly secretName?: string | undefined;
}

/**
 * Why a trigger does not believe the sender of an event; undefined when it does. A trigger demands its own secret, or the
 * one of the configuration that it names, or the one of its type. With a secret, an unsigned event is refused; without any,
 * a signed one is, whose signature nobody can check.
 * @param type name of the secret of the configuration for triggers that name none
 */
export function judgeSecret(
  { secret, secretName }: WithSecret,
  type: string,
  proof: SenderProof | undefined,
): Reason | undefined {
  const wanted = secret || proof?.secretNamed(secretName || type);
  if (!wanted && secretName)
    return {
      summary: `the configuration has no secret "${secretName}"`,
      next: `name it under triggerSecrets in gennaker.yml, or correct secretName`,
    };
  if (!wanted)
    return proof?.given === true
      ? {
          summary: 'the event is signed, and the trigger has no secret to check the signature with',
          next: 'give the trigger the secret of the webhook',
        }
      : undefined;
  if (proof?.given !== true)
    return {
      summary: 'the trigger has a secret, and the event is not signed',
      next: 'give the webhook the secret of the trigger',
    };
  if (proof.madeWith(wanted)) return undefined;
  return {
    summary: 'the signature was not made with the secret of the trigger, or the body was changed on its way',
    next: 'give the webhook and the trigger the same secret',
  };
}
