import type { clouddriverApi } from '@gennaker/contracts/clouddriver';
import { badRequest, notFound } from '@gennaker/contracts/error';
import type { Handlers } from '@gennaker/contracts/route';
import { createGuardedHttp } from '@gennaker/service/egress';
import type { Outbox } from '@gennaker/store/outbox';
import { accountHandlers } from './account-handlers.ts';
import type { ArtifactAccounts } from './artifacts/accounts.ts';
import { explainHealth } from './health/explain-health.ts';
import { findImages } from './images.ts';
import { foresee } from './guards/foresee.ts';
import type { ReadGuards } from './guards/read-guards.ts';
import type { Changes } from './inventory/changes.ts';
import { ofClusters } from './inventory/clusters.ts';
import { readServerGroups } from './inventory/read.ts';
import { listLocks } from './locks.ts';
import { retryOperation, undoOperation } from './operations/continue.ts';
import { submit } from './operations/submit.ts';
import { operationView } from './operations/view.ts';
import type { Worker } from './operations/worker.ts';
import { previewOperations } from './preview.ts';
import { type ReadParts, readHandlers } from './read-handlers.ts';
import { freeLock } from './release-lock.ts';
import { type StillRuns, takeLock } from './take-lock.ts';
import { type UndoHandlerParts, undoHandlers } from './undo/handlers.ts';
import { withRecords } from './undo/with-records.ts';

/** What the handlers use. */
export interface HttpParts
  extends
    ReadParts,
    Omit<UndoHandlerParts, keyof ReadParts>,
    Omit<Parameters<typeof accountHandlers>[0], keyof ReadParts> {
  readonly changes: Changes;
  readonly worker: Worker;
  readonly outbox: Outbox;
  readonly readGuards: ReadGuards;
  readonly stillRuns: StillRuns;
  readonly artifacts: ArtifactAccounts;
}

/** Binds clouddriver's contract. */
export function handlers(parts: HttpParts): Handlers<typeof clouddriverApi> {
  const { db, accounts, inventory } = parts;
  const http = createGuardedHttp(parts.allow);
  return {
    ...readHandlers(parts),
    ...accountHandlers(parts),
    ...undoHandlers(parts),
    artifactAccounts: () => [...parts.artifacts.all],
    artifactNames: ({ params, query, signal }) => parts.artifacts.names(params.account, query.type, signal),
    artifactVersions: ({ params, query, signal }) =>
      parts.artifacts.versions(params.account, query.type, query.artifactName, signal),
    fetchArtifact: ({ body, signal }) => parts.artifacts.fetch(body, signal),
    submit: async ({ params, query, body, headers, user, traceparent }) => {
      if (!accounts.all.some(({ account }) => account.provider === params.provider))
        throw badRequest(`No account of ${params.provider} is configured`, {
          field: 'provider',
          fix: `use one of ${[...new Set(accounts.all.map(({ account }) => account.provider))].join(', ')}`,
        });
      const { id, fresh } = await submit(db, accounts, {
        provider: params.provider,
        key: headers['idempotency-key'] ?? query.clientRequestId,
        descriptions: body,
        user,
        traceparent,
        executionId: query.executionId,
        stageId: query.stageId,
      });
      if (fresh) parts.worker.poke();
      return { id, resourceUri: `/task/${id}` };
    },
    previewOperations: ({ params, body }) => previewOperations(parts, params.provider, body),
    foreseeOperations: ({ params, body }) => foresee(parts, params.provider, body),
    getOperation: ({ params }) => operationView(db, params.id),
    retryOperation: async ({ params }) => {
      await retryOperation(db, params.id);
      parts.worker.poke();
      return operationView(db, params.id);
    },
    undoOperation: async ({ params }) => {
      await undoOperation(db, params.id);
      parts.worker.poke();
      return operationView(db, params.id);
    },
    acquireLock: ({ params, query, body }) => {
      accounts.get(params.account);
      const key = { account: params.account, region: query.region ?? '', cluster: params.cluster };
      return takeLock(db, parts.stillRuns, key, body);
    },
    releaseLock: ({ params, query }) =>
      freeLock(
        db,
        parts.outbox,
        { account: params.account, region: query.region ?? '', cluster: params.cluster },
        query.holder,
      ),
    listLocks: () => listLocks(db.pool),
    listServerGroups: async ({ params, query }) => {
      if (query.live) await Promise.all(accounts.all.map(({ account }) => inventory.refreshAccount(account.name)));
      const groups = await withRecords(db.pool, await readServerGroups(db.pool, { application: params.application }));
      inventory.watched(groups.map(({ account }) => account));
      return query.clusters === undefined ? groups : ofClusters(groups, query.clusters);
    },
    getServerGroup: async ({ params, query }) => {
      accounts.get(params.account);
      const { account, region, name } = params;
      inventory.watched([account]);
      const group = query.live
        ? await inventory.refreshServerGroup(account, region, name)
        : (await readServerGroups(db.pool, { account, region, name }))[0];
      if (!group)
        throw notFound(`There is no server group ${name} in ${region} of account ${account}`, {
          field: 'name',
          fix: 'it may have been destroyed; list the server groups of its application',
        });
      const [shown = group] = await withRecords(db.pool, [group]);
      return shown;
    },
    explainHealth: async ({ params }) => {
      const { cloud } = accounts.get(params.account);
      const found = await cloud.inventory.serverGroup(params.region, params.name);
      if (!found)
        throw notFound(`There is no server group ${params.name} in ${params.region} of account ${params.account}`, {
          field: 'name',
          fix: 'it may have been destroyed; list the server groups of its application',
        });
      const read = cloud.capabilities.console?.read;
      return explainHealth(
        { http, console: read && (async (id, start) => (await read(params.region, id, start))?.output ?? '') },
        found.view,
      );
    },
    findImages: ({ params, query }) => findImages(accounts, params.provider, query),
    events: ({ query, signal }) => parts.changes.stream(query.application, signal),
  };
}
