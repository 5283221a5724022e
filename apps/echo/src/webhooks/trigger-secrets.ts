import type { ServiceConfig } from '@gennaker/service/config';
import { readSecret } from '@gennaker/service/secret';

/**
 * The secrets that gennaker.yml names for triggers, by name, read anew each time.
 * @throws Error that says which cannot be read, and how to mend it: nothing starts on the ground of a missing secret
 */
export async function triggerSecrets(
  config: Pick<ServiceConfig, 'file' | 'credentialsFolder' | 'variable'>,
): Promise<ReadonlyMap<string, string>> {
  const sources = { folder: config.credentialsFolder, variable: config.variable };
  const read = Object.entries(config.file.triggerSecrets).map(async ([name, reference]) => {
    const text = await readSecret(sources, reference, `The trigger secret ${name}`, 'echo');
    // Files end with a line end that nobody means.
    return [name, text.replace(/\r?\n$/, '')] as const;
  });
  return new Map(await Promise.all(read));
}
