import { randomBytes } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { Sentence } from './sentence.ts';

const secretsSchema = z.looseObject({
  postgres: z.string().min(16),
  redis: z.string().min(16),
  identity: z.string().min(32),
});

/** Passwords of one data folder's databases, and the key that its services sign identities with. */
export type Secrets = z.infer<typeof secretsSchema>;

/** Reads `secrets.json` of a data folder, or makes it (mode 0600) when the folder is new. */
export async function openSecrets(data: string): Promise<Secrets> {
  const file = join(data, 'secrets.json');
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw new Sentence(`${file} cannot be read (${error.code}): make it readable for the user who starts this.`);
  });
  const made = (): string => randomBytes(24).toString('hex');
  // A folder of an older version has no key for identities yet.
  if (text !== undefined && !lacksIdentity(text)) return parse(file, text);
  const old = text === undefined ? { postgres: made(), redis: made() } : (JSON.parse(text) as object);
  const secrets = parse(file, JSON.stringify({ ...old, identity: made() }));
  await writeFile(`${file}.new`, `${JSON.stringify(secrets, null, 2)}\n`, { mode: 0o600 });
  await rename(`${file}.new`, file);
  return secrets;
}

function lacksIdentity(text: string): boolean {
  try {
    return secretsSchema.omit({ identity: true }).safeParse(JSON.parse(text)).success && !text.includes('"identity"');
  } catch {
    return false;
  }
}

function parse(file: string, text: string): Secrets {
  try {
    return secretsSchema.parse(JSON.parse(text));
  } catch (error) {
    throw new Sentence(
      `${file} is damaged, and with it the databases' passwords are lost: put it back from a copy, ` +
        'or start with an empty folder (--data DIR).',
      { cause: error },
    );
  }
}
