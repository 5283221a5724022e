import { randomBytes } from 'node:crypto';
import { clouddriverApi } from '@gennaker/contracts/clouddriver';
import { ServiceError } from '@gennaker/contracts/error';
import { front50Api } from '@gennaker/contracts/front50';
import { orcaApi } from '@gennaker/contracts/orca';
import { remoteAccess } from '@gennaker/service/access';
import type { AppDefinition } from '@gennaker/service/app';
import { systemClock } from '@gennaker/service/clock';
import { createGuardedOpen } from '@gennaker/service/egress';
import { createServiceClient } from '@gennaker/service/http-client';
import { ownIdentity } from '@gennaker/service/identity';
import { serve } from '@gennaker/service/http-server';
import { logger } from '@gennaker/service/log';
import { readAuthenticationMode } from '@gennaker/store/authentication-mode';
import { openDatabase } from '@gennaker/store/database';
import { createOutbox, type OutboxDelivery } from '@gennaker/store/outbox';
import { z } from 'zod';
import { openAccounts } from './accounts.ts';
import { openArtifactAccounts } from './artifacts/accounts.ts';
import { readCredentials } from './accounts/credentials.ts';
import { ACCOUNTS_CHANNEL } from './accounts/stored.ts';
import { followAdded } from './accounts/sync.ts';
import { guardsFrom } from './guards/read-guards.ts';
import { keepHolds } from './holds/keeper.ts';
import { applicationOfHold } from './holds/records.ts';
import { handlers } from './http.ts';
import { clouddriverRules } from './rules.ts';
import { listenToChanges } from './inventory/changes.ts';
import { NUDGES_CHANNEL, parseNudge, tellNudge } from './inventory/nudges.ts';
import { startInventory } from './inventory/watcher.ts';
import { submittedBy, submittedOperation } from './operations/view.ts';
import { askOrca } from './take-lock.ts';
import { startWorker } from './operations/worker.ts';
import { pause } from './pause.ts';

const wakeSchema = z.object({ executionId: z.string(), stageId: z.string(), cause: z.string() });

/** Clouddriver: accounts of clouds, changes to them, and what they show. */
export const app: AppDefinition = {
  name: 'clouddriver',
  async start(config) {
    const log = logger('clouddriver');
    const clock = systemClock;
    // A process that starts again under the same name must not take its dead self for alive.
    const owner = `${config.instance}:${process.pid}:${randomBytes(4).toString('hex')}`;
    const db = openDatabase(config.databaseUrl);
    const credentials = { folder: config.credentialsFolder, variable: config.variable };
    const accounts = openAccounts(config.file.accounts, {
      now: () => clock.now(),
      sleep: (ms, signal) => pause(clock, ms, signal),
      credentials: (account) => readCredentials(credentials, account),
    });
    const artifacts = openArtifactAccounts(config.file.artifacts.accounts, {
      secrets: credentials,
      open: createGuardedOpen(config.file.egress.allow),
      now: () => clock.now(),
      maxBytes: config.file.artifacts.maxBytes,
    });
    const added = followAdded({ db, accounts, clock, log });
    await added.reload();
    const orca = createServiceClient(orcaApi, {
      name: 'orca',
      baseUrl: config.urls.orca,
      caller: 'clouddriver',
      identityKey: config.identityKey,
      own: ownIdentity('clouddriver'),
    });
    const readGuards = guardsFrom(
      createServiceClient(front50Api, {
        name: 'front50',
        baseUrl: config.urls.front50,
        caller: 'clouddriver',
        identityKey: config.identityKey,
        own: ownIdentity('clouddriver'),
      }),
    );
    const wake = async (message: OutboxDelivery): Promise<{ status: number; reason?: string }> => {
      const { executionId, stageId, cause } = wakeSchema.parse(message.body);
      try {
        await orca.wake(
          { params: { id: executionId, stageId }, body: { key: message.key, cause } },
          { key: message.key, ...(message.trace ? { traceparent: message.trace } : {}) },
        );
        return { status: 202 };
      } catch (error) {
        if (error instanceof ServiceError) return { status: error.status, reason: error.message };
        throw error;
      }
    };
    const outbox = createOutbox({ db, schema: 'clouddriver', deliver: wake, clock, log });
    const inventory = startInventory({
      db,
      accounts,
      clock,
      owner,
      log,
      tell: (account, what) => void tellNudge(db.pool, { from: owner, account, what }).catch(() => {}),
    });
    const stillRuns = askOrca(orca);
    const worker = startWorker({ db, accounts, inventory, readGuards, outbox, stillRuns, clock, log, owner });
    const keeping = { db, accounts, inventory, orca, worker, clock, log };
    const keeper = keepHolds(keeping);
    const changes = listenToChanges(config.databaseUrl, log, {
      [ACCOUNTS_CHANNEL]: () => void added.reload().catch(() => {}),
      [NUDGES_CHANNEL]: (payload) => {
        const nudge = parseNudge(payload);
        if (nudge && nudge.from !== owner) inventory.heard(nudge.account, nudge.what);
      },
    });
    const access = remoteAccess(config, 'clouddriver', () => readAuthenticationMode(db.pool));
    const stopParts = async (): Promise<void> => {
      added.close();
      await keeper.close();
      await worker.close();
      await inventory.close();
      await changes.close();
      await outbox.close();
      await accounts.close();
      await db.close();
    };
    try {
      const served = await serve({
        name: 'clouddriver',
        api: clouddriverApi,
        guard: {
          access,
          rules: clouddriverRules(
            (id) => submittedOperation(db, id),
            (id) => applicationOfHold(db.pool, id),
            (id) => submittedBy(db, id),
          ),
        },
        handlers: handlers({
          db,
          accounts,
          artifacts,
          added,
          allow: config.file.egress.allow,
          credentials,
          inventory,
          access,
          changes,
          worker,
          outbox,
          readGuards,
          stillRuns,
          keeper,
          keeping,
        }),
        config,
      });
      return {
        stop: async () => {
          await served.close();
          await stopParts();
        },
      };
    } catch (error) {
      await stopParts();
      throw error;
    }
  },
};
