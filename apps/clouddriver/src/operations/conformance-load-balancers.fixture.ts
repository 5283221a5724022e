import type { JsonObject } from '@gennaker/extension-sdk/stage';
import { members, type Scenario } from './conformance-scenarios.fixture.ts';

const GLOBAL = { region: 'global' };

/** Upserts that make a load balancer of each type. */
export const LOAD_BALANCERS: Readonly<Record<string, JsonObject>> = {
  HTTP: {
    ...GLOBAL,
    loadBalancerName: 'web',
    loadBalancerType: 'HTTP',
    portRange: '80',
    urlMapName: 'web',
    defaultService: { name: 'web-main', healthCheck: { port: 8080, requestPath: '/healthz' } },
    hostRules: [
      {
        hostPatterns: ['api.example.com'],
        pathMatcher: {
          defaultService: { name: 'web-api', healthCheck: { name: 'web-api-check', port: 8080 } },
          pathRules: [{ paths: ['/static/*'], backendService: { name: 'web-main' } }],
        },
      },
    ],
  },
  INTERNAL_MANAGED: {
    loadBalancerName: 'inner-web',
    loadBalancerType: 'INTERNAL_MANAGED',
    portRange: '8080',
    network: 'default',
    subnet: 'default',
    defaultService: { name: 'inner-main', healthCheck: { port: 8080 } },
  },
  INTERNAL: {
    loadBalancerName: 'inner',
    loadBalancerType: 'INTERNAL',
    ports: ['8080', '9090'],
    backendService: { name: 'inner-bs', healthCheck: { healthCheckType: 'TCP', port: 8080 } },
  },
  NETWORK: {
    loadBalancerName: 'net',
    loadBalancerType: 'NETWORK',
    portRange: '8080-8081',
    healthCheck: { port: 8080, requestPath: '/healthz' },
    sessionAffinity: 'CLIENT_IP',
  },
  SSL: {
    ...GLOBAL,
    loadBalancerName: 'tls',
    loadBalancerType: 'SSL',
    certificate: 'cert',
    backendService: { healthCheck: { healthCheckType: 'TCP', port: 8080 } },
  },
  TCP: {
    ...GLOBAL,
    loadBalancerName: 'tcp',
    loadBalancerType: 'TCP',
    portRange: '5222',
    healthCheck: { healthCheckType: 'TCP', port: 8080 },
  },
  'TCP in a region': {
    loadBalancerName: 'through',
    loadBalancerType: 'TCP',
    portRange: '8080-8090',
    ipProtocol: 'UDP',
    healthCheck: { port: 8080 },
  },
};

/** What each of them is changed to. */
const CHANGES: Readonly<Record<string, JsonObject>> = {
  HTTP: {
    defaultService: { name: 'web-main', sessionAffinity: 'GENERATED_COOKIE', healthCheck: { requestPath: '/up' } },
    hostRules: [],
  },
  INTERNAL_MANAGED: { defaultService: { name: 'inner-main', connectionDrainingTimeoutSec: 5 } },
  INTERNAL: { backendService: { sessionAffinity: 'CLIENT_IP', healthCheck: { healthCheckType: 'HTTP' } } },
  NETWORK: { sessionAffinity: 'NONE', healthCheck: { name: 'net-other', port: 9000 } },
  SSL: { certificate: 'other-cert', sessionAffinity: 'CLIENT_IP' },
  TCP: { backendService: { name: 'tcp-second', healthCheck: { port: 8080 } } },
  'TCP in a region': { portRange: '8080', connectionDrainingTimeoutSec: 7 },
};

const place = ({ region, loadBalancerName, loadBalancerType }: JsonObject): JsonObject => ({
  ...(region ? { region } : {}),
  loadBalancerName,
  loadBalancerType,
});

/** A second server group behind everything that there is. */
const behindAll = (names: readonly string[]): JsonObject => ({
  application: 'hello',
  stack: 'all',
  image: 'debian-12-nodejs-v1',
  targetSize: 2,
  loadBalancers: names,
  backendServices: { web: ['web-api'] },
});
const ALL = Object.values(LOAD_BALANCERS).map(({ loadBalancerName }) => String(loadBalancerName));
const MADE = Object.values(LOAD_BALANCERS).map((description) => ['upsertLoadBalancer', description] as const);
const POOL = LOAD_BALANCERS['NETWORK'] ?? {};
const FIREWALL = {
  region: 'global',
  securityGroupName: 'hello-web',
  sourceRanges: ['10.0.0.0/8'],
  targetTags: ['http-server'],
  allowed: [{ ipProtocol: 'tcp', portRanges: ['8080'] }],
};

export const LOAD_BALANCER_SCENARIOS: readonly Scenario[] = [
  ...Object.entries(LOAD_BALANCERS).flatMap(([type, description]): Scenario[] => [
    { name: `upsertLoadBalancer of a new ${type}`, operation: 'upsertLoadBalancer', describe: () => description },
    {
      name: `upsertLoadBalancer of a changed ${type}`,
      operation: 'upsertLoadBalancer',
      before: [['upsertLoadBalancer', description]],
      describe: () => ({ ...place(description), ...CHANGES[type] }),
    },
    {
      name: `deleteLoadBalancer of ${type}`,
      operation: 'deleteLoadBalancer',
      before: [['upsertLoadBalancer', description]],
      undoable: false,
      describe: () => place(description),
    },
  ]),
  {
    name: 'upsertLoadBalancer of a listener that goes over to HTTPS beside another one',
    operation: 'upsertLoadBalancer',
    before: [
      ['upsertLoadBalancer', LOAD_BALANCERS['HTTP'] ?? {}],
      ['upsertLoadBalancer', { ...LOAD_BALANCERS['HTTP'], loadBalancerName: 'web-old', portRange: '8080' }],
    ],
    describe: () => ({
      ...GLOBAL,
      loadBalancerName: 'web',
      loadBalancerType: 'HTTP',
      certificate: 'cert',
      portRange: '443',
      listenersToDelete: ['web-old'],
    }),
  },
  {
    name: 'createServerGroup behind load balancers of all types',
    operation: 'createServerGroup',
    before: MADE,
    describe: () => behindAll(ALL),
  },
  {
    name: 'disableServerGroup behind load balancers of all types',
    operation: 'disableServerGroup',
    before: [...MADE, ['createServerGroup', behindAll(ALL)]],
    describe: () => ({ serverGroupName: 'hello-all-v000' }),
  },
  {
    name: 'enableServerGroup behind load balancers of all types',
    operation: 'enableServerGroup',
    before: [
      ...MADE,
      ['createServerGroup', behindAll(ALL)],
      ['disableServerGroup', { serverGroupName: 'hello-all-v000' }],
    ],
    describe: () => ({ serverGroupName: 'hello-all-v000' }),
  },
  {
    name: 'enableServerGroup with a share of its capacity',
    operation: 'enableServerGroup',
    before: [...MADE, ['createServerGroup', behindAll(['web', 'tcp', 'inner-web'])]],
    describe: () => ({ serverGroupName: 'hello-all-v000', desiredPercentage: 25 }),
  },
  {
    name: 'registerInstancesWithLoadBalancer',
    operation: 'registerInstancesWithLoadBalancer',
    before: [['upsertLoadBalancer', POOL]],
    describe: (world) => ({ loadBalancerNames: ['net'], instanceIds: members(world) }),
  },
  {
    name: 'deregisterInstancesFromLoadBalancer',
    operation: 'deregisterInstancesFromLoadBalancer',
    before: [
      ['upsertLoadBalancer', POOL],
      ['createServerGroup', behindAll(['net'])],
    ],
    describe: (world) => ({
      loadBalancerNames: ['net'],
      instanceIds: members(world, 'hello-all-v000').slice(0, 1),
    }),
  },
  { name: 'upsertSecurityGroup of a new one', operation: 'upsertSecurityGroup', describe: () => FIREWALL },
  {
    name: 'upsertSecurityGroup of a changed one',
    operation: 'upsertSecurityGroup',
    before: [['upsertSecurityGroup', FIREWALL]],
    describe: () => ({ ...FIREWALL, sourceRanges: [], sourceTags: ['edge'], allowed: [{ ipProtocol: 'icmp' }] }),
  },
  {
    name: 'deleteSecurityGroup',
    operation: 'deleteSecurityGroup',
    before: [['upsertSecurityGroup', FIREWALL]],
    undoable: false,
    describe: () => ({ region: 'global', securityGroupName: 'hello-web' }),
  },
];
