import type { CloudAccount } from '@gennaker/extension-sdk/cloud';
import { readSecret, type SecretSources } from '@gennaker/service/secret';
import { z } from 'zod';

const keySchema = z.record(z.string(), z.unknown());
/** A service-account key has a few KB; what is larger is something else. */
const MOST_BYTES = 64 * 1024;

/**
 * Reads what an account's reference names; undefined when the platform's own libraries are to find it.
 * @throws Error that says what is missing and how to mend it; it never holds any of the content
 */
export async function readCredentials(
  sources: SecretSources,
  account: CloudAccount,
): Promise<Record<string, unknown> | undefined> {
  const { credentials } = account;
  if (!credentials || credentials.type === 'applicationDefault') return undefined;
  const text = await readSecret(sources, credentials, `Account ${account.name}`, 'clouddriver');
  const what =
    credentials.type === 'environment' ? `The variable ${credentials.variable}` : `The file ${credentials.path}`;
  return parseKey(text, what, account.name);
}

function parseKey(text: string, what: string, account: string): Record<string, unknown> {
  if (text.length <= MOST_BYTES)
    try {
      return keySchema.parse(JSON.parse(text));
    } catch {
      // A parser's message quotes the text.
    }
  throw new Error(`${what}, which account ${account} refers to, holds no JSON key; make a new key and put it there.`);
}
