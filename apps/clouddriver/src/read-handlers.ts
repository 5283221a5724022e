import type { cloudReadRoutes } from '@gennaker/contracts/cloud-reads';
import { type CloudResource, SEARCH_TYPES, type SearchType } from '@gennaker/contracts/cloud-views';
import { badRequest, notFound, ServiceError } from '@gennaker/contracts/error';
import { parseName } from '@gennaker/contracts/moniker';
import type { Identity } from '@gennaker/contracts/people';
import type { Handlers } from '@gennaker/contracts/route';
import type { ResourceKind } from '@gennaker/extension-sdk/cloud';
import { listLocks } from './locks.ts';
import { readMeter } from '@gennaker/extension-sdk/read-meter';
import { type Access, mayRead } from '@gennaker/service/guard';
import type { Database } from '@gennaker/store/database';
import type { Accounts } from './accounts.ts';
import { fromEach } from './from-each.ts';
import { clustersOf } from './inventory/clusters.ts';
import { firewallsOf, groupedFirewalls, summaryOf } from './inventory/firewalls.ts';
import { readLoadBalancers, readSecurityGroups, readServerGroups, serverGroupsOfImage } from './inventory/read.ts';
import { searchInventory } from './inventory/search.ts';
import type { Inventory } from './inventory/watcher.ts';
import { readWatches } from './inventory/watches.ts';
import { resolveTarget } from './targets.ts';

/** What reading uses. */
export interface ReadParts {
  readonly db: Database;
  readonly accounts: Accounts;
  readonly inventory: Inventory;
  readonly access: Access;
}

/** An inventory that was not confirmed for this long is read anew before a target is taken from it, ms. */
const TARGET_MAX_AGE_MS = 20_000;
/** Shorter texts find nothing unless that is asked for. */
const SHORTEST_QUERY = 3;

/** Handlers of what clouds show. Accounts that are read are looked at more often for a while. */
export function readHandlers(parts: ReadParts): Handlers<typeof cloudReadRoutes> {
  const { db, accounts, inventory, access } = parts;

  const serverGroups = async (filter: Parameters<typeof readServerGroups>[1]) => {
    const groups = await readServerGroups(db.pool, filter);
    inventory.watched(groups.map(({ account }) => account));
    return groups;
  };
  const clusters = async (filter: { application: string; account: string; cluster?: string; provider?: string }) => {
    accounts.get(filter.account);
    const groups = await serverGroups(filter);
    return clustersOf(groups.filter((group) => !filter.provider || group.cloudProvider === filter.provider));
  };
  const groupsOfCluster = async (
    params: { application: string; account: string; cluster: string; provider?: string },
    wanted: { name?: string; region?: string | undefined } = {},
  ) => {
    accounts.get(params.account);
    const { application, account, cluster } = params;
    const groups = await serverGroups({ application, account, cluster, name: wanted.name, region: wanted.region });
    return groups.filter((group) => !params.provider || group.cloudProvider === params.provider);
  };
  const noneSuch = (what: string, name: string, account: string) =>
    notFound(`There is no ${what} ${name} in account ${account}`, {
      field: 'name',
      fix: `it may have been removed; list the ${what}s`,
    });
  const choices = async (
    kind: ResourceKind,
    query: { account?: string | undefined; region?: string | undefined },
  ): Promise<CloudResource[]> => {
    const asked = query.account === undefined ? accounts.all : [accounts.get(query.account)];
    const found = await fromEach(asked, async ({ cloud }) => (await cloud.capabilities.resources?.list(kind)) ?? []);
    return found.filter((one) => !query.region || one.region === query.region);
  };
  const ofProvider = (provider: string | undefined, account?: string) =>
    (account === undefined ? accounts.all : [accounts.get(account)]).filter(
      (open) => provider === undefined || open.account.provider === provider,
    );
  const readable = (identity: Identity) => async (application: string) =>
    !(await access.authentication()) || (await mayRead(access, identity, application));

  return {
    listClusters: async ({ params }) => {
      const names: Record<string, string[]> = {};
      for (const group of await serverGroups({ application: params.application })) {
        const known = (names[group.account] ??= []);
        if (!known.includes(group.cluster)) known.push(group.cluster);
      }
      return names;
    },
    listApplicationLocks: ({ params }) => listLocks(db.pool, params.application),
    clustersOfAccount: ({ params }) => clusters(params),
    clustersByName: ({ params }) => clusters(params),
    getCluster: async ({ params }) => {
      const [found] = await clusters(params);
      if (found) return found;
      throw noneSuch('cluster', params.cluster, params.account);
    },
    serverGroupsOfCluster: ({ params }) => groupsOfCluster(params),
    serverGroupsByName: ({ params }) => groupsOfCluster(params, { name: params.name }),
    serverGroupsOfProvider: ({ params, query }) => groupsOfCluster(params, { region: query.region }),
    serverGroupOfProvider: async ({ params, query }) => {
      const found = await groupsOfCluster(params, { name: params.name, region: query.region });
      if (query.region === undefined) return found;
      if (found[0]) return found[0];
      throw noneSuch('server group', params.name, `${params.account} in ${query.region}`);
    },
    loadBalancersOfCluster: async ({ params }) => {
      const groups = await groupsOfCluster(params);
      const names = new Set(groups.flatMap((group) => group.loadBalancers));
      const all = await readLoadBalancers(db.pool, { account: params.account });
      return all.filter((balancer) => names.has(balancer.name) && balancer.cloudProvider === params.provider);
    },
    getTarget: async ({ params, query }) => {
      const { account, application, cluster, region, target } = params;
      accounts.get(account);
      const read = () => readServerGroups(db.pool, { application, account, region, cluster });
      const watch = (await readWatches(db.pool)).get(account);
      const fresh = watch?.failingSince === null && (watch.lastSeen ?? 0) > Date.now() - TARGET_MAX_AGE_MS;
      if (!fresh) await inventory.refreshAccount(account);
      return resolveTarget(
        await read(),
        target,
        query.onlyEnabled ?? false,
        `Cluster ${cluster} in ${region} of ${account}`,
      );
    },
    readMeter: async ({ params, query }) => {
      const { cloud } = accounts.get(query.account);
      const groups = await readServerGroups(db.pool, {
        application: params.application,
        account: query.account,
        region: query.region,
      });
      return readMeter(cloud, params.application, query, groups, Date.now());
    },
    findServerGroups: async ({ query }) => {
      const { applications, ids, cloudProvider } = query;
      if ((applications === undefined) === (ids === undefined))
        throw badRequest('Server groups are found by applications or by ids', {
          field: applications === undefined ? 'applications' : 'ids',
          fix: 'give exactly one of the two',
        });
      const filters =
        applications === undefined
          ? (ids ?? '').split(',').map((id) => {
              const [account, region, name, ...more] = id.trim().split(':');
              if (!account || !region || !name || more.length > 0)
                throw badRequest(`"${id}" is no id of a server group`, {
                  field: 'ids',
                  fix: 'write account:region:name, several separated by commas',
                });
              return { account, region, name };
            })
          : applications.split(',').map((application) => ({ application: application.trim().toLowerCase() }));
      const found = await Promise.all(filters.map((filter) => serverGroups(filter)));
      return found.flat().filter((group) => !cloudProvider || group.cloudProvider === cloudProvider);
    },
    listLoadBalancers: async ({ params }) => {
      const all = await readLoadBalancers(db.pool);
      inventory.watched(all.map(({ account }) => account));
      return all.filter(
        (balancer) =>
          parseName(balancer.name)?.app === params.application ||
          balancer.serverGroups.some((group) => parseName(group.name)?.app === params.application),
      );
    },
    allLoadBalancers: async ({ query }) => {
      const all = await readLoadBalancers(db.pool);
      inventory.watched(all.map(({ account }) => account));
      return all.filter((balancer) => !query.provider || balancer.cloudProvider === query.provider);
    },
    getLoadBalancer: async ({ params }) => {
      accounts.get(params.account);
      inventory.watched([params.account]);
      const found = await readLoadBalancers(db.pool, params);
      if (found.length > 0) return found;
      throw noneSuch('load balancer', params.name, `${params.account} in ${params.region}`);
    },
    allSecurityGroups: async ({ query }) => {
      const all = await readSecurityGroups(db.pool, { name: query.id });
      return groupedFirewalls(all.filter((one) => !query.provider || one.cloudProvider === query.provider));
    },
    securityGroupsOfAccount: async ({ params, query }) => {
      accounts.get(params.account);
      const all = await readSecurityGroups(db.pool, { account: params.account });
      const grouped = groupedFirewalls(all.filter((one) => !query.provider || one.cloudProvider === query.provider));
      return Object.assign({}, ...Object.values(grouped[params.account] ?? {}));
    },
    securityGroupsOfRegion: async ({ params, query }) => {
      accounts.get(params.account);
      const all = await readSecurityGroups(db.pool, params);
      return all.filter((one) => !query.provider || one.cloudProvider === query.provider).map(summaryOf);
    },
    getSecurityGroup: async ({ params }) => {
      accounts.get(params.account);
      const [found] = await readSecurityGroups(db.pool, params);
      if (found) return found;
      throw noneSuch('firewall', params.name, `${params.account} in ${params.region}`);
    },
    applicationSecurityGroups: async ({ params }) => {
      const groups = await serverGroups({ application: params.application });
      return firewallsOf(params.application, groups, await readSecurityGroups(db.pool));
    },
    getInstance: async ({ params }) => {
      const found = await accounts.get(params.account).cloud.inventory.instance(params.region, params.id);
      if (!found)
        throw notFound(`There is no instance ${params.id} in ${params.region} of account ${params.account}`, {
          field: 'id',
          fix: 'it may have been replaced; list the instances of its server group',
        });
      return found;
    },
    getConsole: async ({ params, query }) => {
      const { definition, cloud } = accounts.get(params.account);
      if (!cloud.capabilities.console)
        throw badRequest(`${definition.label} has no console output`, { field: 'account', fix: 'use its own tools' });
      const { region, id } = params;
      const piece = await cloud.capabilities.console.read(region, id, query.start).catch((error: unknown) => {
        const words = error instanceof Error ? error.message : String(error);
        throw new ServiceError(502, `The console of ${id} could not be read: ${words}`, {
          field: 'account',
          fix: 'verify the account to see what is missing',
        });
      });
      if (piece) return piece;
      throw notFound(`There is no instance ${id} in ${region} of account ${params.account}: its console went with it`, {
        field: 'id',
        fix: 'list the instances of its server group',
      });
    },
    getImage: async ({ params, identity }) => {
      const { cloud } = accounts.get(params.account);
      const image = (await cloud.capabilities.images?.find(params.id))?.find((one) => one['imageName'] === params.id);
      if (!image) throw noneSuch('image', params.id, params.account);
      const groups = await serverGroupsOfImage(db.pool, params.account, params.id);
      const may = await Promise.all(groups.map(({ application }) => readable(identity)(application)));
      return [
        {
          ...image,
          account: params.account,
          imageName: params.id,
          serverGroups: groups
            .filter((_, index) => may[index])
            .map(({ account, region, name, application, cluster, instances }) => ({
              account,
              region,
              name,
              application,
              cluster,
              instances: instances.length,
            })),
        },
      ];
    },
    listNetworks: ({ params }) =>
      fromEach(ofProvider(params.provider), async ({ account, cloud }) =>
        ((await cloud.capabilities.networks?.list()) ?? []).map((network) => named(network, account)),
      ),
    listSubnets: async ({ params, query }) => {
      const found = await fromEach(ofProvider(params.provider, query.account), async ({ account, cloud }) =>
        ((await cloud.capabilities.subnets?.list()) ?? []).map((subnet) => ({
          ...named(subnet, account),
          type: account.provider,
          network: String(subnet['network'] ?? ''),
        })),
      );
      return found.filter((subnet) => !query.region || subnet.region === query.region);
    },
    listInstanceTypes: () =>
      fromEach(accounts.all, async ({ account, cloud }) =>
        ((await cloud.capabilities.instanceTypes?.list()) ?? []).map((type) => ({ ...type, account: account.name })),
      ),
    listBackendServices: ({ query }) => choices('backendService', query),
    listHealthChecks: ({ query }) => choices('healthCheck', query),
    listAddresses: ({ query }) => choices('address', query),
    listCertificates: ({ query }) => choices('certificate', query),
    search: async ({ query, identity }) => {
      const types = typesOf(query.type);
      const q = query.q.trim();
      if (q.length < SHORTEST_QUERY && !query.allowShortQuery) return [];
      return searchInventory(db.pool, { ...query, q, types }, readable(identity));
    },
  };
}

function typesOf(text: string): SearchType[] {
  return text.split(',').flatMap((name) => {
    const type = SEARCH_TYPES.find((known) => known === name.trim());
    if (type) return [type];
    throw badRequest(`"${name.trim()}" is nothing that can be searched`, {
      field: 'type',
      fix: `use one or more of ${SEARCH_TYPES.join(', ')}`,
    });
  });
}

function named(
  thing: Readonly<Record<string, unknown>>,
  account: { readonly name: string; readonly provider: string },
) {
  return {
    ...thing,
    cloudProvider: account.provider,
    id: String(thing['id'] ?? thing['name']),
    name: String(thing['name']),
    account: account.name,
    region: String(thing['region'] ?? 'global'),
  };
}
