import { front50Api } from '@gennaker/contracts/front50';
import type { Permissions } from '@gennaker/contracts/people';
import type { ServiceConfig } from './config.ts';
import type { Access } from './guard.ts';
import { createServiceClient } from './http-client.ts';
import { ownIdentity } from './identity.ts';

/** How old what is known about authentication may be, ms: a change is noticed within a second. */
const MODE_MAX_AGE_MS = 500;
/** How old what is known about applications may be, ms. */
const PERMISSIONS_MAX_AGE_MS = 5_000;
/** How long the last answer stands in for one that cannot be had, ms. */
const STALE_MS = 60_000;

/** What an Access is made of. `now`: milliseconds, monotonic. */
export interface AccessParts {
  /** Is authentication on? The answer of the database. */
  readonly readMode: () => Promise<boolean>;
  /** Permissions of every application that has some, by its name in lower case. */
  readonly readPermissions: () => Promise<Readonly<Record<string, Permissions>>>;
  readonly now?: () => number;
}

/** Access from sources that are asked seldom: answers are kept shortly, and somewhat longer while the source is away. */
export function cachedAccess(parts: AccessParts): Access {
  const now = parts.now ?? (() => performance.now());
  const mode = cached(parts.readMode, MODE_MAX_AGE_MS, now);
  const permissions = cached(parts.readPermissions, PERMISSIONS_MAX_AGE_MS, now);
  return {
    authentication: mode,
    permissions: async (application) => (await permissions())[application.trim().toLowerCase()],
  };
}

/** Access of a service that asks front50 for permissions, as itself. `readMode`: the database's answer. */
export function remoteAccess(config: ServiceConfig, caller: string, readMode: () => Promise<boolean>): Access {
  const front50 = createServiceClient(front50Api, {
    name: 'front50',
    baseUrl: config.urls.front50,
    caller,
    identityKey: config.identityKey,
    own: ownIdentity(caller),
  });
  return cachedAccess({ readMode, readPermissions: () => front50.listPermissions({}, { deadlineMs: 5_000 }) });
}

/** One reading at a time; who asks while one is under way shares it. */
function cached<T>(read: () => Promise<T>, maxAge: number, now: () => number): () => Promise<T> {
  let known: { readonly value: T; readonly at: number } | undefined;
  let reading: Promise<T> | undefined;
  return async () => {
    if (known && now() - known.at < maxAge) return known.value;
    const at = now();
    reading ??= read()
      .then((value) => {
        known = { value, at };
        return value;
      })
      .finally(() => {
        reading = undefined;
      });
    try {
      return await reading;
    } catch (error) {
      if (known && now() - known.at < STALE_MS) return known.value;
      throw error;
    }
  };
}
