import { setTimeout as delay } from 'node:timers/promises';
import { clouddriverApi } from '@gennaker/contracts/clouddriver';
import { type Account, accountSchema, type ServiceConfig } from './config.ts';
import { createServiceClient } from './http-client.ts';
import { ownIdentity } from './identity.ts';

/** How old the list may be, ms: an account that was added is noticed within this time. */
const MAX_AGE_MS = 3_000;
const DEADLINE_MS = 3_000;
/** Nobody waits longer than this for a newer list, ms. */
const PATIENCE_MS = 500;

/**
 * The accounts as clouddriver knows them, for the other services: those of gennaker.yml and those that were added since.
 * While clouddriver is away the last list stands in, or else gennaker.yml's.
 */
export function knownAccounts(config: ServiceConfig, caller: string): () => Promise<readonly Account[]> {
  const clouddriver = createServiceClient(clouddriverApi, {
    name: 'clouddriver',
    baseUrl: config.urls.clouddriver,
    caller,
    identityKey: config.identityKey,
    own: ownIdentity(caller),
  });
  let known: readonly Account[] = config.file.accounts;
  let readAt = Number.NEGATIVE_INFINITY;
  let reading: Promise<readonly Account[]> | undefined;
  const read = async (): Promise<readonly Account[]> => {
    try {
      const views = await clouddriver.listAccounts({}, { deadlineMs: DEADLINE_MS });
      known = views.map((view) =>
        accountSchema.parse({
          name: view.name,
          provider: view.cloudProvider,
          project: view.project,
          ...(view.endpoint === undefined ? {} : { endpoint: view.endpoint }),
          regions: view.regions.map(({ name }) => name),
        }),
      );
    } catch {
      // Nothing is lost: what was known stays, and is read again.
    }
    readAt = performance.now();
    return known;
  };
  return () => {
    if (performance.now() - readAt < MAX_AGE_MS) return Promise.resolve(known);
    reading ??= read().finally(() => (reading = undefined));
    return Promise.race([reading, delay(PATIENCE_MS).then(() => known)]);
  };
}
