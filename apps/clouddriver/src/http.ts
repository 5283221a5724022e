import type { LoadBalancer } from '@gennaker/contracts/clouddriver';
import type { clouddriverApi } from '@gennaker/contracts/clouddriver';
import { badRequest, notFound } from '@gennaker/contracts/error';
import { parseName } from '@gennaker/contracts/moniker';
import type { Handlers } from '@gennaker/contracts/route';
import type { Database } from '@gennaker/store/database';
import type { Outbox } from '@gennaker/store/outbox';
import type { Accounts } from './accounts.ts';
import type { Changes } from './inventory/changes.ts';
import { readLoadBalancers, readServerGroup, readServerGroups } from './inventory/store.ts';
import type { Inventory } from './inventory/watcher.ts';
import { acquireLock, listLocks } from './locks.ts';
import { submit } from './operations/submit.ts';
import { operationView } from './operations/view.ts';
import type { Worker } from './operations/worker.ts';
import { freeLock } from './release-lock.ts';
import { resolveTarget } from './targets.ts';
import { regionsWithZones } from './region-zones.ts';

/** What the handlers use. */
export interface HttpParts {
  readonly db: Database;
  readonly accounts: Accounts;
  readonly inventory: Inventory;
  readonly changes: Changes;
  readonly worker: Worker;
  readonly outbox: Outbox;
}

/** An inventory that was not confirmed for this long is read anew before a target is taken from it, ms. */
const TARGET_MAX_AGE_MS = 20_000;

/** Binds clouddriver's contract. */
export function handlers(parts: HttpParts): Handlers<typeof clouddriverApi> {
  const { db, accounts, inventory } = parts;
  return {
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
    getOperation: ({ params }) => operationView(db, params.id),
    acquireLock: ({ params, query, body }) => {
      accounts.get(params.account);
      return acquireLock(db, { account: params.account, region: query.region ?? '', cluster: params.cluster }, body);
    },
    releaseLock: ({ params, query }) =>
      freeLock(
        db,
        parts.outbox,
        { account: params.account, region: query.region ?? '', cluster: params.cluster },
        query.holder,
      ),
    listLocks: () => listLocks(db.pool),
    listAccounts: ({ query }) =>
      Promise.all(
        accounts.all.map(async ({ account, definition, cloud }) => ({
          name: account.name,
          type: account.provider,
          accountType: account.name,
          cloudProvider: account.provider,
          environment: account.name,
          challengeDestructiveActions: false,
          primaryAccount: false,
          ...(query.expand === 'true'
            ? {
                project: account.project,
                ...(account.endpoint ? { endpoint: account.endpoint } : {}),
                platformHealth: definition.platformHealth,
                capabilities: Object.keys(cloud.capabilities),
              }
            : {}),
          regions:
            query.expand === 'true'
              ? await regionsWithZones(account, cloud)
              : account.regions.map((name) => ({ name })),
        })),
      ),
    listServerGroups: async ({ params, query }) => {
      if (query.live) await Promise.all(accounts.all.map(({ account }) => inventory.refreshAccount(account.name)));
      const groups = await readServerGroups(db.pool, { application: params.application });
      const clusters = query.clusters?.split(',').map((name) => name.split(':').at(-1));
      return clusters ? groups.filter((group) => clusters.includes(group.cluster)) : groups;
    },
    getServerGroup: async ({ params, query }) => {
      accounts.get(params.account);
      const group = query.live
        ? await inventory.refreshServerGroup(params.account, params.region, params.name)
        : await readServerGroup(db.pool, params.account, params.region, params.name);
      if (!group)
        throw notFound(`There is no server group ${params.name} in ${params.region} of account ${params.account}`, {
          field: 'name',
          fix: 'it may have been destroyed; list the server groups of its application',
        });
      return group;
    },
    getTarget: async ({ params, query }) => {
      const { account, application, cluster, region, target } = params;
      accounts.get(account);
      const read = () => readServerGroups(db.pool, { application, account, region, cluster });
      let groups = await read();
      // The groups themselves age with each look of the watcher; so does an account that shows none.
      const { rows } = await db.pool.query<{ fresh: boolean }>(
        `select last_seen > now() - make_interval(secs => $2) and error is null as fresh
         from clouddriver.watches where account = $1`,
        [account, TARGET_MAX_AGE_MS / 1_000],
      );
      if (!rows[0]?.fresh || groups.some((group) => group.stale)) {
        await inventory.refreshAccount(account);
        groups = await read();
      }
      return resolveTarget(groups, target, query.onlyEnabled ?? false, `Cluster ${cluster} in ${region} of ${account}`);
    },
    listClusters: async ({ params }) => {
      const clusters: Record<string, string[]> = {};
      for (const group of await readServerGroups(db.pool, { application: params.application })) {
        const names = (clusters[group.account] ??= []);
        if (!names.includes(group.cluster)) names.push(group.cluster);
      }
      return clusters;
    },
    listLoadBalancers: async ({ params }) =>
      (await readLoadBalancers(db.pool)).filter((balancer) => belongsTo(balancer, params.application)),
    listAllLoadBalancers: async ({ query }) =>
      (await readLoadBalancers(db.pool)).filter(
        (balancer) => !query.provider || balancer.cloudProvider === query.provider,
      ),
    getInstance: async ({ params }) => {
      const found = await accounts.get(params.account).cloud.inventory.instance(params.region, params.id);
      if (!found)
        throw notFound(`There is no instance ${params.id} in ${params.region} of account ${params.account}`, {
          field: 'id',
          fix: 'it may have been replaced; list the instances of its server group',
        });
      return found;
    },
    getConsole: async ({ params }) => {
      const { definition, cloud } = accounts.get(params.account);
      if (!cloud.capabilities.console)
        throw badRequest(`${definition.label} has no console output`, { field: 'account', fix: 'use its own tools' });
      return { output: await cloud.capabilities.console.read(params.region, params.id) };
    },
    findImages: async ({ params, query }) => {
      const asked = accounts.all.filter(
        ({ account }) => account.provider === params.provider && (!query.account || query.account === account.name),
      );
      const found = await Promise.all(
        asked.map(async ({ cloud }) => (await cloud.capabilities.images?.find(query.q ?? '')) ?? []),
      );
      return found.flat().map((image) => ({
        ...image,
        account: String(image['account']),
        imageName: String(image['imageName']),
      }));
    },
    listNetworks: async ({ params }) => {
      const asked = accounts.all.filter(({ account }) => account.provider === params.provider);
      const found = await Promise.all(
        asked.map(async ({ cloud }) => (await cloud.capabilities.networks?.list()) ?? []),
      );
      return found.flatMap((networks) => [...networks]);
    },
    listInstanceTypes: async () => {
      const found = await Promise.all(
        accounts.all.map(async ({ account, cloud }) =>
          ((await cloud.capabilities.instanceTypes?.list()) ?? []).map((type) => ({ ...type, account: account.name })),
        ),
      );
      return found.flat();
    },
    events: ({ query, signal }) => parts.changes.stream(query.application, signal),
  };
}

/** A load balancer is an application's when it serves a group of it, or is named after it. */
function belongsTo(balancer: LoadBalancer, application: string): boolean {
  return (
    parseName(balancer.name)?.app === application ||
    balancer.serverGroups.some((group) => parseName(group.name)?.app === application)
  );
}
