import type { AccountView } from '@gennaker/contracts/cloud-accounts';
import type { Image, Instance, LoadBalancer, SecurityGroup, ServerGroup } from '@gennaker/contracts/cloud-views';
import { aUser } from './fake-gate.ts';

/** When the things of these tests were made, epoch ms. */
const MADE = Date.UTC(2026, 0, 5, 12);
const PLACE = { account: 'local-gce', region: 'us-central1', cloudProvider: 'gce', type: 'gce' } as const;

/** An account whose cloud can do everything. */
export const anAccount: AccountView = {
  name: PLACE.account,
  type: PLACE.type,
  cloudProvider: PLACE.cloudProvider,
  accountType: 'test',
  environment: 'test',
  primaryAccount: false,
  challengeDestructiveActions: false,
  regions: [{ name: PLACE.region, zones: ['us-central1-a', 'us-central1-b'] }],
  project: 'local',
  capabilities: [
    'clone',
    'console',
    'images',
    'imageTags',
    'instances',
    'launchConfig',
    'loadBalancers',
    'registration',
    'resize',
    'scalingPolicies',
    'securityGroups',
    'serverGroupTags',
  ],
  inventory: { lastSeen: MADE, serverGroups: 2, instances: 4 },
};

/** An instance behind hello-lb. */
export function anInstance(name: string, keys: Partial<Instance> = {}): Instance {
  return {
    id: name,
    name,
    zone: 'us-central1-a',
    launchTime: MADE,
    healthState: 'Up',
    health: [
      { type: 'Google', healthClass: 'platform', state: 'Unknown', description: 'RUNNING' },
      {
        type: 'LoadBalancer',
        state: 'Up',
        loadBalancers: [{ loadBalancerName: 'hello-lb', state: 'InService', description: 'The health check passes' }],
      },
    ],
    ips: ['127.64.1.4'],
    ...keys,
  };
}

/** A server group of cluster hello-prod with two instances behind hello-lb. */
export function aServerGroup(sequence: number, keys: Partial<ServerGroup> = {}): ServerGroup {
  const name = `hello-prod-v${String(sequence).padStart(3, '0')}`;
  const instances = [anInstance(`${name}-ab12`), anInstance(`${name}-cd34`, { zone: 'us-central1-b' })];
  return {
    ...PLACE,
    name,
    cluster: 'hello-prod',
    application: 'hello',
    createdTime: MADE + sequence,
    isDisabled: false,
    moniker: { app: 'hello', stack: 'prod', cluster: 'hello-prod', sequence },
    capacity: { min: 2, max: 2, desired: 2 },
    instanceCounts: { total: 2, up: 2, down: 0, starting: 0, outOfService: 0, unknown: 0 },
    instances,
    loadBalancers: ['hello-lb'],
    zones: ['us-central1-a', 'us-central1-b'],
    buildInfo: { version: '1.1.0', jenkins: { name: 'hello', number: '2' } },
    image: 'hello-1-1-0-h2-def5678-all-debian-12-nodejs-ac4695c28b69',
    instanceType: 'e2-small',
    tags: ['web'],
    securityGroups: ['hello-web'],
    seenAt: Date.now(),
    ...keys,
  };
}

/** Load balancer hello-lb before these server groups. */
export function aLoadBalancer(groups: readonly ServerGroup[], keys: Partial<LoadBalancer> = {}): LoadBalancer {
  return {
    ...PLACE,
    name: 'hello-lb',
    loadBalancerType: 'TCP',
    ipAddress: '127.64.255.1',
    portRange: '8080-8080',
    ipProtocol: 'TCP',
    sessionAffinity: 'CLIENT_IP',
    healthCheck: { name: 'hello-lb-hc', healthCheckType: 'HTTP', port: 8080, requestPath: '/', checkIntervalSec: 1 },
    backendService: { name: 'hello-lb-bs', connectionDrainingTimeoutSec: 8 },
    serverGroups: groups.map(({ name, isDisabled, instances, region }) => ({
      name,
      isDisabled,
      region,
      instances: instances.map(({ id }) => ({ id, health: { state: isDisabled ? 'OutOfService' : 'InService' } })),
    })),
    seenAt: Date.now(),
    ...keys,
  };
}

/** Firewall hello-web, which lets web traffic in. */
export function aFirewall(keys: Partial<SecurityGroup> = {}): SecurityGroup & { serverGroups: object[] } {
  return {
    ...PLACE,
    id: 'hello-web',
    name: 'hello-web',
    accountName: PLACE.account,
    region: 'global',
    network: 'default',
    description: 'Web traffic',
    direction: 'INGRESS',
    priority: 1_000,
    disabled: false,
    sourceTags: ['gateway'],
    targetTags: ['web'],
    inboundRules: [
      {
        protocol: 'tcp',
        range: { ip: '10.0.0.0', cidr: '/8' },
        portRanges: [
          { startPort: 80, endPort: 80 },
          { startPort: 8080, endPort: 8089 },
        ],
      },
    ],
    serverGroups: [{ account: PLACE.account, region: PLACE.region, name: 'hello-prod-v001' }],
    seenAt: Date.now(),
    ...keys,
  };
}

/** An image of the application. */
export function anImage(keys: Partial<Image> = {}): Image {
  return {
    account: PLACE.account,
    imageName: 'hello-1-1-0-h2-def5678-all-debian-12-nodejs-ac4695c28b69',
    attributes: { creationDate: '2026-01-05T12:00:00Z' },
    tags: { stage: 'production' },
    family: 'hello',
    ...keys,
  };
}

/** What gate answers about application hello, of which these server groups run. */
export function helloClouds(groups: readonly ServerGroup[] = [aServerGroup(1)]): Record<string, unknown> {
  const image = anImage();
  return {
    'GET /applications': [{ name: 'hello' }],
    'GET /applications/hello/pipelines': [],
    'GET /auth/user': aUser({ isAdmin: true }),
    'GET /credentials': [anAccount],
    'GET /applications/hello/serverGroups': groups,
    'GET /applications/hello/loadBalancers': [aLoadBalancer(groups)],
    'GET /applications/hello/securityGroups': [aFirewall()],
    'GET /images/find': [image],
    [`GET /images/local-gce/global/${image.imageName}`]: [
      {
        ...image,
        serverGroups: [
          {
            account: PLACE.account,
            region: PLACE.region,
            name: 'hello-prod-v001',
            application: 'hello',
            cluster: 'hello-prod',
            instances: 2,
          },
        ],
      },
    ],
    ...Object.fromEntries(
      groups.flatMap(({ instances }) =>
        instances.map((instance) => [
          `GET /instances/local-gce/us-central1/${instance.id}`,
          { ...instance, tags: ['web'], metadata: { 'load-balancer-names': 'hello-lb' } },
        ]),
      ),
    ),
  };
}
