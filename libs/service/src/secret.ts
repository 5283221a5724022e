import { readFile, realpath } from 'node:fs/promises';
import { join, sep } from 'node:path';
import type { SecretReference } from '@gennaker/contracts/cloud-accounts';

/** Where references to secrets point. */
export interface SecretSources {
  /** Folder that `file` references are within. */
  readonly folder: string;
  /** Variables of this process. */
  readonly variable: (name: string) => string | undefined;
}

/**
 * The text that a reference names, read anew each time, so that a secret may be changed while the system runs.
 * @param whose subject of the sentences of errors, such as `Account prod`
 * @param service name of the service whose process has the variables
 * @throws Error that says what is missing and how to mend it; it never holds any of the content
 */
export async function readSecret(
  sources: SecretSources,
  reference: SecretReference,
  whose: string,
  service: string,
): Promise<string> {
  if (reference.type === 'environment') {
    const text = sources.variable(reference.variable);
    if (text === undefined || text === '')
      throw new Error(
        `${whose} takes its credentials from the variable ${reference.variable}, which ${service}'s process does not have; set it where ${service} is started, and restart that.`,
      );
    return text;
  }
  const path = join(sources.folder, reference.path);
  const [folder, real] = await Promise.all([realpath(sources.folder), realpath(path)]).catch(() => {
    throw new Error(
      `${whose} takes its credentials from ${reference.path} in the credentials folder, which is not there or cannot be read; put the file into ${sources.folder}.`,
    );
  });
  if (!real.startsWith(`${folder}${sep}`))
    throw new Error(`${whose}: ${reference.path} leads out of the credentials folder; put the file itself there.`);
  return readFile(real, 'utf8').catch(() => {
    throw new Error(`${whose}: ${reference.path} cannot be read; let the user of ${service}'s process read it.`);
  });
}
