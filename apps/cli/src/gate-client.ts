import { realpathSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ServiceError } from '@gennaker/contracts/error';
import type { Api, Client } from '@gennaker/contracts/route';
import { createServiceClient } from '@gennaker/service/http-client';
import { ownIdentity } from '@gennaker/service/identity';
import { z } from 'zod';
import { type Layout, layoutOf } from './up/layout.ts';
import { Sentence } from './up/sentence.ts';
import { runningSystem } from './up/system-record.ts';

/** Gate of the system that `--data` and `--offset` name. @throws Sentence when none runs there */
export function gateNamed<const A extends Api>(
  root: string,
  { data, offset }: { readonly data?: string | undefined; readonly offset?: string | undefined },
  api: A,
): Promise<Client<A>> {
  const args = Object.entries({ data, offset }).flatMap(([key, value]) =>
    value === undefined ? [] : [`--${key}`, value],
  );
  return gateOf(layoutOf(realpathSync(root), args, process.env), api);
}

/** Gate of the running system, called with the key of its data folder: whoever can read that folder administers it. */
async function gateOf<const A extends Api>(layout: Layout, api: A): Promise<Client<A>> {
  const system = runningSystem(layout);
  const baseUrl = system?.addresses['gate'];
  if (!baseUrl) throw new Sentence(`Nothing runs on ${layout.data}: start it with "npm start", then try again.`);
  const file = join(layout.data, 'secrets.json');
  const text = await readFile(file, 'utf8').catch(() => {
    throw new Sentence(`${file} cannot be read: run this as the user who started the system.`);
  });
  const { identity } = z.looseObject({ identity: z.string() }).parse(JSON.parse(text));
  const own = { ...ownIdentity('cli'), user: 'cli' };
  return createServiceClient(api, { name: 'gate', baseUrl, caller: 'cli', identityKey: identity, own });
}

/** Runs what calls gate; what gate refuses becomes a sentence with what to do. */
export async function saying<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof ServiceError)
      throw new Sentence(`${error.message}.${error.details.fix ? ` ${error.details.fix}.` : ''}`, { cause: error });
    throw error;
  }
}
