import { readFile, realpath } from 'node:fs/promises';
import { join, sep } from 'node:path';
import type { CloudAccount } from '@gennaker/extension-sdk/cloud';
import { z } from 'zod';

const keySchema = z.record(z.string(), z.unknown());
/** A service-account key has a few KB; what is larger is something else. */
const MOST_BYTES = 64 * 1024;

/** Where references to credentials point. */
export interface CredentialSources {
  /** Folder that `file` references are within. */
  readonly folder: string;
  /** Variables of this process. */
  readonly variable: (name: string) => string | undefined;
}

/**
 * Reads what an account's reference names; undefined when the platform's own libraries are to find it.
 * @throws Error that says what is missing and how to mend it; it never holds any of the content
 */
export async function readCredentials(
  sources: CredentialSources,
  account: CloudAccount,
): Promise<Record<string, unknown> | undefined> {
  const { credentials } = account;
  if (!credentials || credentials.type === 'applicationDefault') return undefined;
  if (credentials.type === 'environment') {
    const text = sources.variable(credentials.variable);
    if (text === undefined || text === '')
      throw new Error(
        `Account ${account.name} takes its credentials from the variable ${credentials.variable}, which clouddriver's process does not have; set it where clouddriver is started, and restart that.`,
      );
    return parseKey(text, `The variable ${credentials.variable}`, account.name);
  }
  const path = join(sources.folder, credentials.path);
  const [folder, real] = await Promise.all([realpath(sources.folder), realpath(path)]).catch(() => {
    throw new Error(
      `Account ${account.name} takes its credentials from ${credentials.path} in the credentials folder, which is not there or cannot be read; put the key file into ${sources.folder}.`,
    );
  });
  if (!real.startsWith(`${folder}${sep}`))
    throw new Error(
      `Account ${account.name}: ${credentials.path} leads out of the credentials folder; put the key file itself there.`,
    );
  const text = await readFile(real, 'utf8').catch(() => {
    throw new Error(
      `Account ${account.name}: ${credentials.path} cannot be read; let the user of clouddriver's process read it.`,
    );
  });
  return parseKey(text, `The file ${credentials.path}`, account.name);
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
