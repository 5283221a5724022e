import { echoApi } from '@gennaker/contracts/echo';
import { front50Api } from '@gennaker/contracts/front50';
import { orcaApi } from '@gennaker/contracts/orca';
import type { AppDefinition } from '@gennaker/service/app';
import { systemClock } from '@gennaker/service/clock';
import { createServiceClient } from '@gennaker/service/http-client';
import { serve } from '@gennaker/service/http-server';
import { logger } from '@gennaker/service/log';
import { openDatabase } from '@gennaker/store/database';
import { triggers } from '@gennaker/triggers/server';
import { createEcho } from './echo.ts';
import { echoHandlers } from './http.ts';

/** Echo: events and triggers. */
export const app: AppDefinition = {
  name: 'echo',
  async start(config) {
    const db = openDatabase(config.databaseUrl);
    const echo = createEcho({
      db,
      clock: systemClock,
      triggers,
      front50: createServiceClient(front50Api, {
        name: 'front50',
        baseUrl: config.urls.front50,
        caller: 'echo',
        identityKey: config.identityKey,
      }),
      orca: createServiceClient(orcaApi, {
        name: 'orca',
        baseUrl: config.urls.orca,
        caller: 'echo',
        identityKey: config.identityKey,
      }),
      log: logger('echo'),
    });
    const served = await serve({ name: 'echo', api: echoApi, config, handlers: echoHandlers(echo) });
    return {
      async stop() {
        await served.close();
        await echo.close();
        await db.close();
      },
    };
  },
};
