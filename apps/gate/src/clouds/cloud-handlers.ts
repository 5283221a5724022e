import { artifactAccountRoutes } from '@gennaker/contracts/artifacts';
import { cloudAccountRoutes } from '@gennaker/contracts/cloud-accounts';
import { cloudReadRoutes } from '@gennaker/contracts/cloud-reads';
import { cloudHoldRoutes } from '@gennaker/contracts/cloud-undo';
import { notFound } from '@gennaker/contracts/error';
import type { gateCloudRoutes } from '@gennaker/contracts/gate-clouds';
import type { CallOptions, Handlers } from '@gennaker/contracts/route';
import { forward } from '../forward.ts';
import type { Gate } from '../gate.ts';
import { callOptions } from '../request.ts';

/** Clouds and their accounts, the bakery and build masters. Clouddriver itself decides who may see and change what. */
export function cloudHandlers(gate: Gate): Handlers<typeof gateCloudRoutes> {
  const { clouddriver, rosco, igor } = gate;
  const masters = async (type: string | undefined, options: CallOptions): Promise<string[]> =>
    type === undefined || type === 'jenkins' ? igor.listMasters({}, options) : [];
  return {
    ...forward(clouddriver, cloudReadRoutes),
    ...forward(clouddriver, cloudHoldRoutes),
    ...forward(clouddriver, cloudAccountRoutes),
    ...forward(clouddriver, artifactAccountRoutes),
    listAccounts: async ({ query, ...call }) =>
      (await clouddriver.listAccounts({ query }, callOptions(call))).map(authorized),
    getAccount: async ({ params, ...call }) => authorized(await clouddriver.getAccount({ params }, callOptions(call))),
    allFirewalls: ({ query, ...call }) => clouddriver.allSecurityGroups({ query }, callOptions(call)),
    firewallsOfAccount: ({ params, query, ...call }) =>
      clouddriver.securityGroupsOfAccount({ params, query }, callOptions(call)),
    firewallsOfRegion: ({ params, query, ...call }) =>
      clouddriver.securityGroupsOfRegion({ params, query }, callOptions(call)),
    getFirewall: ({ params, query, ...call }) => clouddriver.getSecurityGroup({ params, query }, callOptions(call)),
    certificatesOf: async ({ params, query, ...call }) => {
      const certificates = await clouddriver.listCertificates({ query }, callOptions(call));
      return certificates.filter(({ cloudProvider }) => cloudProvider === params.provider);
    },
    listServerGroups: async ({ params, query, ...call }) => {
      const groups = await clouddriver.listServerGroups(
        { params, query: { clusters: query.clusters } },
        callOptions(call),
      );
      return groups.filter((group) => !query.cloudProvider || group.cloudProvider === query.cloudProvider);
    },
    getServerGroup: ({ params, ...call }) =>
      clouddriver.getServerGroup(
        { params: { account: params.account, region: params.region, name: params.name } },
        callOptions(call),
      ),
    findImages: async ({ query, ...call }) => {
      const { provider, ...rest } = query;
      const providers = provider === undefined ? await cloudsOf(gate, callOptions(call)) : [provider];
      const found = await Promise.all(
        providers.map((one) => clouddriver.findImages({ params: { provider: one }, query: rest }, callOptions(call))),
      );
      return found.flat();
    },
    allNetworks: async (call) => {
      const providers = await cloudsOf(gate, callOptions(call));
      const networks = await Promise.all(
        providers.map((provider) => clouddriver.listNetworks({ params: { provider } }, callOptions(call))),
      );
      return Object.fromEntries(providers.map((provider, index) => [provider, networks[index] ?? []]));
    },
    previewOperations: ({ params, body, ...call }) =>
      clouddriver.previewOperations({ params, body }, callOptions(call)),
    retryOperation: ({ params, ...call }) => clouddriver.retryOperation({ params }, callOptions(call)),
    undoOperation: ({ params, ...call }) => clouddriver.undoOperation({ params }, callOptions(call)),
    listLocks: (call) => clouddriver.listLocks({}, callOptions(call)),

    bakeryOptions: (call) => rosco.bakeOptions({}, callOptions(call)),
    bakeryOptionsOf: async ({ params, ...call }) => {
      const options = await rosco.bakeOptions({}, callOptions(call));
      const found = options.find((option) => option.cloudProvider === params.provider);
      if (found) return found;
      throw notFound(`The bakery has no base images for "${params.provider}"`, {
        error: 'bake.options.not.found',
        field: 'provider',
        fix: `use one of ${options.map((option) => option.cloudProvider).join(', ')}`,
      });
    },
    bakeryLogs: ({ params, query, ...call }) => rosco.bakeLogs({ params, query }, callOptions(call)),
    bakeryLogStream: async function* ({ params, query, ...call }) {
      yield* await rosco.streamLogs({ params, query }, callOptions(call));
    },

    listMasters: ({ query, ...call }) => masters(query.type, callOptions(call)),
    listMastersV3: ({ query, ...call }) => masters(query.type, callOptions(call)),
    listJobsV2: ({ params, ...call }) => igor.listJobs({ params }, callOptions(call)),
    getJob: ({ params, query, ...call }) => igor.getJob({ params, query }, callOptions(call)),
    listBuilds: ({ params, query, ...call }) => igor.listBuilds({ params, query }, callOptions(call)),
    listJobs: ({ params, ...call }) => igor.listJobs({ params }, callOptions(call)),
    getBuild: ({ params, query, ...call }) => igor.getBuild({ params, query }, callOptions(call)),
    buildConsole: ({ params, query, ...call }) => igor.buildConsole({ params, query }, callOptions(call)),
    buildProperties: ({ params, query, ...call }) => igor.buildProperties({ params, query }, callOptions(call)),
  };
}

/** Whoever may call gate may use every account while no authentication is set up. */
function authorized<T>(account: T): T & { authorized: true } {
  return { ...account, authorized: true };
}

/** The clouds that accounts are of. */
async function cloudsOf(gate: Gate, options: CallOptions): Promise<string[]> {
  const accounts = await gate.clouddriver.listAccounts({}, options);
  return [...new Set(accounts.map((account) => account.cloudProvider))].toSorted();
}
