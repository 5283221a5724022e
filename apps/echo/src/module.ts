import { echoApi } from '@gennaker/contracts/echo';
import { front50Api } from '@gennaker/contracts/front50';
import { orcaApi } from '@gennaker/contracts/orca';
import { namedOnly, peopleRoutes } from '@gennaker/contracts/people';
import { remoteAccess } from '@gennaker/service/access';
import type { AppDefinition } from '@gennaker/service/app';
import { systemClock } from '@gennaker/service/clock';
import { createServiceClient } from '@gennaker/service/http-client';
import { ownIdentity } from '@gennaker/service/identity';
import { serve } from '@gennaker/service/http-server';
import { logger } from '@gennaker/service/log';
import { readAuthenticationMode } from '@gennaker/store/authentication-mode';
import { openDatabase } from '@gennaker/store/database';
import { triggers } from '@gennaker/triggers/server';
import { createEcho } from './echo.ts';
import { artifactGate } from './artifact-gate.ts';
import { executeGate } from './execute-gate.ts';
import { readExecutionEvents } from './execution-events/execution-event-reader.ts';
import { executionEventListeners } from './execution-events/listeners.ts';
import { echoHandlers } from './http.ts';
import { personNamed } from './person-named.ts';
import { echoRules } from './rules.ts';
import { triggerSecrets } from './webhooks/trigger-secrets.ts';

/** Echo: events and triggers. */
export const app: AppDefinition = {
  name: 'echo',
  async start(config) {
    const db = openDatabase(config.databaseUrl);
    const access = remoteAccess(config, 'echo', () => readAuthenticationMode(db.pool));
    const gate = createServiceClient(peopleRoutes, {
      name: 'gate',
      baseUrl: config.urls.gate,
      caller: 'echo',
      identityKey: config.identityKey,
      own: ownIdentity('echo'),
    });
    const actsAs = async (user: string) => ((await access.authentication()) ? personNamed(gate, user) : namedOnly(user));
    const echo = createEcho({
      db,
      clock: systemClock,
      access,
      systemKey: config.identityKey,
      gates: [executeGate(access, actsAs), artifactGate],
      secrets: () => triggerSecrets(config),
      triggers,
      front50: createServiceClient(front50Api, {
        name: 'front50',
        baseUrl: config.urls.front50,
        caller: 'echo',
        identityKey: config.identityKey,
        own: ownIdentity('echo'),
      }),
      orca: createServiceClient(orcaApi, {
        name: 'orca',
        baseUrl: config.urls.orca,
        caller: 'echo',
        identityKey: config.identityKey,
      }),
      actsAs,
      log: logger('echo'),
    });
    const orcaEvents = createServiceClient(orcaApi, {
      name: 'orca',
      baseUrl: config.urls.orca,
      caller: 'echo',
      identityKey: config.identityKey,
      own: ownIdentity('echo'),
    });
    const reading = { db, clock: systemClock, orca: orcaEvents, log: logger('echo'), owner: config.instance };
    const readers = executionEventListeners(echo).map((listener) => readExecutionEvents(reading, listener));
    const served = await serve({
      name: 'echo',
      api: echoApi,
      config,
      handlers: echoHandlers(echo),
      guard: { access, rules: echoRules },
    });
    return {
      async stop() {
        await served.close();
        await Promise.all(readers.map((reader) => reader.close()));
        await echo.close();
        await db.close();
      },
    };
  },
};
