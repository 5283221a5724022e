import { echoApi } from '@gennaker/contracts/echo';
import { front50Api } from '@gennaker/contracts/front50';
import { igorApi } from '@gennaker/contracts/igor';
import { orcaApi } from '@gennaker/contracts/orca';
import { namedOnly, peopleRoutes } from '@gennaker/contracts/people';
import { remoteAccess } from '@gennaker/service/access';
import type { AppDefinition } from '@gennaker/service/app';
import { systemClock } from '@gennaker/service/clock';
import { createGuardedHttp } from '@gennaker/service/egress';
import { createServiceClient } from '@gennaker/service/http-client';
import { ownIdentity } from '@gennaker/service/identity';
import { serve } from '@gennaker/service/http-server';
import { logger } from '@gennaker/service/log';
import { readSecret } from '@gennaker/service/secret';
import { readAuthenticationMode } from '@gennaker/store/authentication-mode';
import { openDatabase } from '@gennaker/store/database';
import { notifications as notificationTypes } from '@gennaker/notifications/server';
import { triggers } from '@gennaker/triggers/server';
import { startCron } from './cron/cron.ts';
import { createEcho } from './echo.ts';
import { artifactGate } from './artifact-gate.ts';
import { keepEventsFor } from './events/forget-events.ts';
import { executeGate } from './execute-gate.ts';
import { readExecutionEvents } from './execution-events/execution-event-reader.ts';
import { executionEventListeners } from './execution-events/listeners.ts';
import { eventHandlers } from './http.ts';
import { notificationHandlers } from './notifications/http.ts';
import { startNotifications } from './notifications/notifications.ts';
import { notificationRules } from './notifications/rules.ts';
import { personNamed } from './person-named.ts';
import { startSubscriptions } from './pubsub/subscriptions.ts';
import { quietPeriodGate } from './quiet-period-gate.ts';
import { eventRules } from './rules.ts';
import { triggerSecrets } from './webhooks/trigger-secrets.ts';

/** How soon a saved schedule is known, ms. */
const COMPARE_SCHEDULES_MS = 5_000;

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
    const actsAs = async (user: string) =>
      (await access.authentication()) ? personNamed(gate, user) : namedOnly(user);
    const front50 = createServiceClient(front50Api, {
      name: 'front50',
      baseUrl: config.urls.front50,
      caller: 'echo',
      identityKey: config.identityKey,
      own: ownIdentity('echo'),
    });
    const echo = createEcho({
      db,
      clock: systemClock,
      access,
      systemKey: config.identityKey,
      gates: [
        quietPeriodGate(config.file.quietPeriod, () => systemClock.now()),
        executeGate(access, actsAs),
        artifactGate,
      ],
      secrets: () => triggerSecrets(config),
      triggers,
      front50,
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
    const notifications = startNotifications({
      db,
      clock: systemClock,
      orca: orcaEvents,
      front50,
      igor: createServiceClient(igorApi, {
        name: 'igor',
        baseUrl: config.urls.igor,
        caller: 'echo',
        identityKey: config.identityKey,
        own: ownIdentity('echo'),
      }),
      types: notificationTypes,
      settings: config.file.notifications,
      http: createGuardedHttp(config.file.egress.allow),
      secret: (reference) =>
        readSecret(
          { folder: config.credentialsFolder, variable: config.variable },
          reference,
          'A notification',
          'echo',
        ),
      access,
      actsAs,
      deckUrl: (config.file.publicUrls[0] ?? config.urls.deck).replace(/\/+$/, ''),
      log: logger('echo'),
    });
    const reading = { db, clock: systemClock, orca: orcaEvents, log: logger('echo'), owner: config.instance };
    const readers = executionEventListeners(echo, notifications, orcaEvents).map((listener) =>
      readExecutionEvents(reading, listener),
    );
    const { timezone, missedRunsMinutes } = config.file.cron;
    const cron = startCron(echo, {
      timeZone: timezone,
      windowMs: missedRunsMinutes * 60_000,
      compareMs: COMPARE_SCHEDULES_MS,
    });
    const subscriptions = startSubscriptions(echo, config, logger('echo'));
    const served = await serve({
      name: 'echo',
      api: echoApi,
      config,
      handlers: { ...eventHandlers(echo), ...notificationHandlers(notifications) },
      guard: { access, rules: { ...eventRules, ...notificationRules } },
    });
    const stopForgetting = keepEventsFor(config.file.retention.eventDays, {
      db,
      clock: systemClock,
      log: logger('echo'),
    });
    return {
      async stop() {
        await served.close();
        await stopForgetting();
        await Promise.all(readers.map((reader) => reader.close()));
        await notifications.close();
        await Promise.all([cron.close(), subscriptions.close()]);
        await echo.close();
        await db.close();
      },
    };
  },
};
