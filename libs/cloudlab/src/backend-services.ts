import { z } from 'zod';
import type { Backend, BackendService, Scheme } from './backend-service-schema.ts';
import { UNSUPPORTED, backendServiceBody } from './backend-service-schema.ts';
import { existing, parse } from './collection.ts';
import type { Call, Lab } from './collection.ts';
import { documents } from './document-collection.ts';
import { linkOf, pathOf } from './path.ts';
import type { Scope } from './path.ts';
import { invalid, notFound } from './problem.ts';
import { usersOf } from './references.ts';
import { reference } from './resource.ts';
import { groupHealth } from './traffic-plan.ts';
import { without } from './unsupported-fields.ts';

type Body = z.infer<typeof backendServiceBody>;
type Protocol = NonNullable<Body['protocol']>;

const HTTP: readonly string[] = ['HTTP', 'HTTPS', 'HTTP2'];
const STREAM: readonly string[] = ['TCP', 'SSL'];
const LIMITS = [
  'maxRate',
  'maxRatePerInstance',
  'maxConnections',
  'maxConnectionsPerInstance',
  'maxUtilization',
] as const;

/** Backend services, global and regional. */
export const backendServices = documents<'backendServices', Body>({
  name: 'backendServices',
  kind: 'compute#backendService',
  scopes: ['global', 'region'],
  body: backendServiceBody.superRefine(without(...UNSUPPORTED)),
  changes: ['patch', 'update'],
  fixed: ['loadBalancingScheme'],
  view(lab, path, item) {
    const users = usersOf(lab.store, path);
    return { ...item, ...(users.length === 0 ? {} : { usedBy: users.map((user) => ({ reference: linkOf(user) })) }) };
  },
  complete(lab, call, body) {
    const protocol = body.protocol ?? usualProtocol(call.scope, body.loadBalancingScheme);
    checkProtocol(call.scope, protocol, body.loadBalancingScheme);
    checkAffinity(protocol, body);
    checkHashing(call.scope, body);
    return {
      portName: HTTP.includes(protocol) ? 'http' : undefined,
      ...body,
      protocol,
      connectionDraining: body.connectionDraining ?? { drainingTimeoutSec: 0 },
      affinityCookieTtlSec: body.affinityCookieTtlSec ?? 0,
      healthChecks: body.healthChecks.map((each) =>
        linkOf(existing(lab, call, 'healthChecks', each, ['healthChecks', 'httpHealthChecks', 'httpsHealthChecks'])),
      ),
      backends: backendsOf(lab, call, body, protocol),
    };
  },
  posts: {
    getHealth(lab, call) {
      const { group } = parse(z.looseObject({ group: reference }), call.body, 'resourceGroupReference');
      const groupPath = pathOf(group, call.scope.project, 'resourceGroupReference.group');
      if (lab.store.get('instanceGroups', groupPath) === undefined) throw notFound(groupPath);
      const health = groupHealth(lab.store, call.path, call.item, groupPath, lab.traffic.healthOf);
      return {
        kind: 'compute#backendServiceGroupHealth',
        healthStatus: health.map(({ instance, address, port, healthy, reason }) => ({
          instance: linkOf(instance),
          ipAddress: address,
          port,
          healthState: healthy ? 'HEALTHY' : 'UNHEALTHY',
          annotations: { reason },
        })),
      };
    },
  },
});

/** Whether connections pass through to the instances as they are, without a proxy in between. */
export function passesThrough(
  scope: Scope,
  { loadBalancingScheme }: Pick<BackendService, 'loadBalancingScheme'>,
): boolean {
  return scope.kind === 'region' && (loadBalancingScheme === 'INTERNAL' || loadBalancingScheme === 'EXTERNAL');
}

function usualProtocol(scope: Scope, loadBalancingScheme: Scheme): Protocol {
  return passesThrough(scope, { loadBalancingScheme }) ? 'TCP' : 'HTTP';
}

function checkProtocol(scope: Scope, protocol: Protocol, loadBalancingScheme: Scheme): void {
  const through = passesThrough(scope, { loadBalancingScheme });
  if (scope.kind === 'global' && loadBalancingScheme === 'INTERNAL') {
    throw invalid('resource.loadBalancingScheme', "'INTERNAL'. A service of that scheme is regional.");
  }
  const allowed = through ? ['TCP', 'UDP'] : [...HTTP, ...STREAM];
  if (allowed.includes(protocol)) return;
  throw invalid(
    'resource.protocol',
    `'${protocol}'. A ${scope.kind === 'global' ? 'global' : 'regional'} ${loadBalancingScheme} service speaks ${allowed.join(', ')}.`,
  );
}

/** Instances are chosen by a hash where an affinity says of what, and where connections pass through. */
function checkHashing(scope: Scope, body: Body): void {
  const { localityLbPolicy: policy, sessionAffinity } = body;
  if ((policy !== 'RING_HASH' && policy !== 'MAGLEV') || passesThrough(scope, body) || sessionAffinity !== 'NONE')
    return;
  throw invalid(
    'resource.localityLbPolicy',
    `'${policy}'. Say with sessionAffinity what is to be hashed, or choose ROUND_ROBIN or LEAST_REQUEST.`,
  );
}

function checkAffinity(protocol: Protocol, { sessionAffinity: affinity, consistentHash }: Body): void {
  if (affinity === 'HTTP_COOKIE' && consistentHash?.httpCookie === undefined)
    throw invalid('resource.consistentHash.httpCookie', "it is required where sessionAffinity is 'HTTP_COOKIE'.");
  if (affinity === 'HEADER_FIELD' && consistentHash?.httpHeaderName === undefined)
    throw invalid('resource.consistentHash.httpHeaderName', "it is required where sessionAffinity is 'HEADER_FIELD'.");
  const cookies = ['GENERATED_COOKIE', 'HEADER_FIELD', 'HTTP_COOKIE'];
  const tuples = ['CLIENT_IP_PROTO', 'CLIENT_IP_PORT_PROTO', 'CLIENT_IP_NO_DESTINATION'];
  if (!HTTP.includes(protocol) && cookies.includes(affinity)) {
    throw invalid('resource.sessionAffinity', `'${affinity}' needs HTTP; the service's protocol is ${protocol}.`);
  }
  if (HTTP.includes(protocol) && tuples.includes(affinity)) {
    throw invalid(
      'resource.sessionAffinity',
      `'${affinity}' is for TCP and UDP; the service's protocol is ${protocol}.`,
    );
  }
}

function backendsOf(lab: Lab, call: Call, body: Body, protocol: Protocol): Backend[] {
  const groups = new Set<string>();
  const reach = call.scope.kind === 'global' ? 'anywhere' : 'around';
  return body.backends.map((given) => {
    const group = linkOf(existing(lab, call, 'backends.group', given.group, ['instanceGroups'], reach));
    if (groups.has(group))
      throw invalid('resource.backends.group', `duplicate instance group '${group}' in backend service.`);
    groups.add(group);
    const through = passesThrough(call.scope, body);
    const balancingMode = given.balancingMode ?? (through ? 'CONNECTION' : 'UTILIZATION');
    checkMode(protocol, through, { ...given, balancingMode });
    return {
      ...given,
      group,
      balancingMode,
      ...(balancingMode === 'UTILIZATION' ? { maxUtilization: given.maxUtilization ?? 0.8 } : {}),
      ...(through && given.capacityScaler === undefined ? {} : { capacityScaler: given.capacityScaler ?? 1 }),
    };
  });
}

/** Which modes fit which protocol, and which limits fit which mode. */
function checkMode(protocol: Protocol, through: boolean, backend: Backend): void {
  const { balancingMode = 'UTILIZATION' } = backend;
  const modes = through
    ? ['CONNECTION']
    : HTTP.includes(protocol)
      ? ['UTILIZATION', 'RATE']
      : ['UTILIZATION', 'CONNECTION'];
  if (!modes.includes(balancingMode)) {
    throw invalid(
      'resource.backends.balancingMode',
      `'${balancingMode}'. ${through ? 'A pass-through' : `A ${protocol}`} service balances by ${modes.join(' or ')}.`,
    );
  }
  const fitting: Readonly<Record<string, readonly string[]>> = {
    UTILIZATION: HTTP.includes(protocol)
      ? ['maxUtilization', 'maxRate', 'maxRatePerInstance']
      : ['maxUtilization', 'maxConnections', 'maxConnectionsPerInstance'],
    RATE: ['maxRate', 'maxRatePerInstance'],
    CONNECTION: ['maxConnections', 'maxConnectionsPerInstance'],
  };
  const allowed = fitting[balancingMode] ?? [];
  const stray = LIMITS.find((limit) => backend[limit] !== undefined && !allowed.includes(limit));
  if (stray !== undefined) {
    throw invalid(`resource.backends.${stray}`, `it does not go with ${balancingMode} on ${protocol}; leave it out.`);
  }
  if (
    through ||
    balancingMode === 'UTILIZATION' ||
    allowed.some((limit) => LIMITS.some((each) => each === limit && backend[each] !== undefined))
  )
    return;
  throw invalid('resource.backends', `${balancingMode} needs ${allowed.join(' or ')}.`);
}
