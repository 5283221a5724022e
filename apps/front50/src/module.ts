import { cachedAccess } from '@gennaker/service/access';
import type { AppDefinition } from '@gennaker/service/app';
import { systemClock } from '@gennaker/service/clock';
import { createServiceClient } from '@gennaker/service/http-client';
import { ownIdentity } from '@gennaker/service/identity';
import { serve } from '@gennaker/service/http-server';
import { knownAccounts } from '@gennaker/service/known-accounts';
import { ServiceError } from '@gennaker/contracts/error';
import { front50Api } from '@gennaker/contracts/front50';
import { type Person, peopleRoutes } from '@gennaker/contracts/people';
import { stages } from '@gennaker/stages/server';
import { strategies } from '@gennaker/strategies/server';
import { readAuthenticationMode } from '@gennaker/store/authentication-mode';
import { openDatabase } from '@gennaker/store/database';
import { notifications } from '@gennaker/notifications/server';
import { triggers } from '@gennaker/triggers/server';
import { readPermissions } from './applications/read-permissions.ts';
import { front50Handlers } from './http.ts';
import { front50Rules } from './rules.ts';

/** Front50: applications and pipelines. */
export const app: AppDefinition = {
  name: 'front50',
  async start(config) {
    const db = openDatabase(config.databaseUrl);
    const access = cachedAccess({
      readMode: () => readAuthenticationMode(db.pool),
      readPermissions: () => readPermissions(db.pool),
    });
    const gate = createServiceClient(peopleRoutes, {
      name: 'gate',
      baseUrl: config.urls.gate,
      caller: 'front50',
      identityKey: config.identityKey,
      own: ownIdentity('front50'),
    });
    const person = (name: string): Promise<Person | undefined> =>
      gate.person({ params: { name } }).catch((error: unknown) => {
        if (error instanceof ServiceError && error.status === 404) return undefined;
        throw error;
      });
    const accounts = knownAccounts(config, 'front50');
    const stageTypes = new Set([
      ...Object.values(stages).flatMap((stage) => [stage.type, ...(stage.aliases ?? [])]),
      ...[...config.file.webhook.preconfigured, ...config.file.stageTypes].map(({ type }) => type),
    ]);
    const triggerTypes = new Set(Object.keys(triggers));
    const served = await serve({
      name: 'front50',
      api: front50Api,
      config,
      guard: { access, rules: front50Rules(db.pool, access, person) },
      handlers: front50Handlers({
        db,
        clock: systemClock,
        known: async () => ({
          stageTypes,
          strategies: Object.values(strategies),
          triggerTypes,
          triggerProblems: (trigger) =>
            Object.values(triggers)
              .find(({ type }) => type === trigger['type'])
              ?.problems?.(trigger, systemClock.now()) ?? [],
          notificationTypes: notifications,
          accounts: new Set((await accounts()).map(({ name }) => name)),
        }),
      }),
    });
    return {
      async stop() {
        await served.close();
        await db.close();
      },
    };
  },
};
