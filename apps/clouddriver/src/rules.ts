import type { cloudAccountRoutes } from '@gennaker/contracts/cloud-accounts';
import type { cloudReadRoutes } from '@gennaker/contracts/cloud-reads';
import type { clouddriverApi } from '@gennaker/contracts/clouddriver';
import { parseName } from '@gennaker/contracts/moniker';
import { applicationOf, type Rules } from '@gennaker/service/guard';

type Json = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Json =>
  value !== null && typeof value === 'object' && !Array.isArray(value);

/** Names in an operation that begin with the application they belong to. */
const NAMED = [
  'serverGroupName',
  'asgName',
  'loadBalancerName',
  'securityGroupName',
  'firewallName',
  'cluster',
  'instanceName',
  'name',
];

/** What was submitted, and by whom; undefined for an unknown id. */
export type FindOperation = (
  id: string,
) => Promise<{ readonly user: string; readonly descriptions: Descriptions } | undefined>;

/** The application of a hold; null for an unknown id, which the handler tells of. */
export type FindHold = (id: string) => Promise<string | null>;

/** Everything that an execution submitted. */
export type FindOfExecution = (id: string) => Promise<Descriptions>;

/** Operations as they are submitted: each an object of one operation's name and its description. */
type Descriptions = readonly Readonly<Record<string, Json>>[];

/** Accounts are everybody's to use and an administrator's to change. */
const accountRules: Rules<typeof cloudAccountRoutes> = {
  listAccounts: 'signed',
  getAccount: 'signed',
  refreshAccount: 'signed',
  listAccountDefinitions: 'admin',
  addAccount: 'admin',
  updateAccount: 'admin',
  removeAccount: 'admin',
  verifyAccount: 'admin',
  verifyDefinition: 'admin',
  accountHistory: 'admin',
};

const ofApplication = {
  needs: 'READ',
  of: ({ params }: { readonly params: { readonly application: string } }) => params.application,
} as const;
const named = { shows: (item: unknown) => (isObject(item) ? applicationNamed(item['name']) : undefined) };

/** READ of the application that a thing is of; firewalls, networks and what forms choose from are of no application. */
const readRules: Rules<typeof cloudReadRoutes> = {
  listClusters: ofApplication,
  listApplicationLocks: ofApplication,
  clustersOfAccount: ofApplication,
  clustersByName: ofApplication,
  getCluster: ofApplication,
  serverGroupsOfCluster: ofApplication,
  serverGroupsByName: ofApplication,
  serverGroupsOfProvider: ofApplication,
  serverGroupOfProvider: ofApplication,
  loadBalancersOfCluster: ofApplication,
  getTarget: ofApplication,
  readMeter: ofApplication,
  findServerGroups: named,
  listLoadBalancers: ofApplication,
  allLoadBalancers: named,
  getLoadBalancer: named,
  allSecurityGroups: 'signed',
  securityGroupsOfAccount: 'signed',
  securityGroupsOfRegion: 'signed',
  getSecurityGroup: 'signed',
  applicationSecurityGroups: ofApplication,
  getInstance: { needs: 'READ', of: ({ params }) => applicationNamed(params.id) },
  getConsole: { needs: 'READ', of: ({ params }) => applicationNamed(params.id) },
  // These say themselves which of their parts the caller may look at.
  getImage: 'signed',
  search: 'signed',
  listNetworks: 'signed',
  listSubnets: 'signed',
  listInstanceTypes: 'signed',
  listBackendServices: 'signed',
  listHealthChecks: 'signed',
  listAddresses: 'signed',
  listCertificates: 'signed',
};

/** Who may call what of clouddriver: WRITE on the application for operations and locks, READ for what it has. */
export const clouddriverRules = (
  findOperation: FindOperation,
  findHold: FindHold,
  findOfExecution: FindOfExecution,
): Rules<typeof clouddriverApi> => ({
  submit: { needs: 'WRITE', of: ({ body }) => everyApplication(body) },
  getOperation: {
    needs: 'READ',
    of: async ({ params, identity }) => {
      const operation = await findOperation(params.id);
      // Who may change an application need not be its reader, and yet follows what he started; the handler says what is unknown.
      return !operation || operation.user === identity.user ? null : everyApplication(operation.descriptions);
    },
  },
  retryOperation: { needs: 'WRITE', of: ({ params }) => applicationsOf(findOperation, params.id) },
  undoOperation: { needs: 'WRITE', of: ({ params }) => applicationsOf(findOperation, params.id) },
  acquireLock: { needs: 'WRITE', of: ({ params }) => applicationNamed(params.cluster) },
  releaseLock: { needs: 'WRITE', of: ({ params }) => applicationNamed(params.cluster) },
  listLocks: { shows: (lock) => (isObject(lock) ? applicationNamed(lock['cluster']) : undefined) },
  previewOperations: { needs: 'READ', of: ({ body }) => everyApplication(body) },
  foreseeOperations: {
    needs: 'READ',
    of: ({ body }) => everyApplication([{ at: { cluster: body.cluster } }, ...body.operations]),
  },
  listHolds: ofApplication,
  releaseHold: { needs: 'WRITE', of: ({ params }) => findHold(params.id) },
  executionEnded: 'service',
  undoOfExecution: { needs: 'READ', of: async ({ params }) => everyApplication(await findOfExecution(params.id)) },
  // The accounts say themselves what they give out; embedded texts belong to whoever sends them.
  artifactAccounts: 'signed',
  artifactNames: 'signed',
  artifactVersions: 'signed',
  fetchArtifact: 'signed',
  ...accountRules,
  ...readRules,
  listServerGroups: { needs: 'READ', of: ({ params }) => params.application },
  getServerGroup: { shows: (group) => (isObject(group) ? applicationNamed(group['name']) : undefined) },
  explainHealth: { needs: 'READ', of: ({ params }) => applicationNamed(params.name) },
  findImages: 'signed',
  // A change of what belongs to no application concerns everybody.
  events: { shows: (change) => applicationOf(change) ?? null },
});

/** The applications of an operation that was submitted; the handler says what is unknown. */
async function applicationsOf(findOperation: FindOperation, id: string) {
  const operation = await findOperation(id);
  return operation ? everyApplication(operation.descriptions) : null;
}

/** The applications of all operations; undefined when one of them names none, which leaves it to administrators. */
function everyApplication(operations: Descriptions): string[] | undefined {
  const names: string[] = [];
  for (const description of operations.flatMap((operation) => Object.values(operation))) {
    const found = applicationsIn(description);
    if (found.length === 0) return undefined;
    names.push(...found);
  }
  return names;
}

/** All applications that an operation names, so that none can be changed under another's name. */
function applicationsIn(description: Json): string[] {
  const { moniker, source } = description;
  const direct = [description['application'], isObject(moniker) ? moniker['app'] : undefined];
  const texts = direct.filter((name): name is string => typeof name === 'string' && name !== '');
  const named = NAMED.flatMap((key) => applicationNamed(description[key]) ?? []);
  // Whoever puts instances behind a load balancer changes what its callers get.
  const balancers = Array.isArray(description['loadBalancers']) ? description['loadBalancers'] : [];
  const instances = Array.isArray(description['instanceIds']) ? description['instanceIds'] : [];
  const single = instances.flatMap((name: unknown) => applicationNamed(name) ?? []);
  const behind = balancers.flatMap((name: unknown) => applicationNamed(name) ?? []);
  return [...new Set([...texts, ...named, ...single, ...behind, ...(isObject(source) ? applicationsIn(source) : [])])];
}

/** The application that a cluster's, a server group's or an instance's name begins with. */
function applicationNamed(name: unknown): string | undefined {
  if (typeof name !== 'string' || name === '') return undefined;
  return parseName(name)?.app ?? name.split('-')[0];
}
