import { GLOBAL } from './collections.ts';
import { internalPorts } from './pass-through.ts';
import type { HealthCheckDescription, LoadBalancerType, UpsertLoadBalancer } from './schema.ts';
import { portsOf } from './wanted.ts';

/** Types that live outside regions, and those that live in one. TCP is a proxy outside and passes through in a region. */
const OUTSIDE: readonly LoadBalancerType[] = ['HTTP', 'SSL'];
const INSIDE: readonly LoadBalancerType[] = ['INTERNAL_MANAGED', 'INTERNAL', 'NETWORK'];
/** Names of proxies are the load balancer's and up to 19 letters; the whole has 63. */
const PROXIED_NAME = 44;

const AFFINITIES: Readonly<Record<LoadBalancerType | 'TCP in a region', readonly string[]>> = {
  HTTP: ['NONE', 'CLIENT_IP', 'GENERATED_COOKIE'],
  INTERNAL_MANAGED: ['NONE', 'CLIENT_IP', 'GENERATED_COOKIE'],
  SSL: ['NONE', 'CLIENT_IP'],
  TCP: ['NONE', 'CLIENT_IP'],
  'TCP in a region': ['NONE', 'CLIENT_IP', 'CLIENT_IP_PROTO', 'CLIENT_IP_PORT_PROTO'],
  INTERNAL: ['NONE', 'CLIENT_IP', 'CLIENT_IP_PROTO', 'CLIENT_IP_PORT_PROTO'],
  NETWORK: ['NONE', 'CLIENT_IP', 'CLIENT_IP_PROTO'],
};

/** What is wrong with a description by itself: one sentence each, naming the field and what would be right. */
export function problemsOf(d: UpsertLoadBalancer): string[] {
  return [...placeProblems(d), ...portProblems(d), ...affinityProblems(d), ...checkProblems(d), ...partProblems(d)];
}

const isHttp = (d: UpsertLoadBalancer) => d.loadBalancerType === 'HTTP' || d.loadBalancerType === 'INTERNAL_MANAGED';
const isProxied = (d: UpsertLoadBalancer) =>
  isHttp(d) || d.loadBalancerType === 'SSL' || (d.loadBalancerType === 'TCP' && d.region === GLOBAL);

function placeProblems(d: UpsertLoadBalancer): string[] {
  const type = d.loadBalancerType;
  return [
    ...(OUTSIDE.includes(type) && d.region !== GLOBAL
      ? [`region must be "${GLOBAL}" for a load balancer of type ${type}, and is ${d.region}`]
      : []),
    ...(INSIDE.includes(type) && d.region === GLOBAL
      ? [`region must name the region of a load balancer of type ${type}`]
      : []),
    ...(isProxied(d) && d.loadBalancerName.length > PROXIED_NAME
      ? [
          `loadBalancerName must have at most ${PROXIED_NAME} letters for type ${type}: names of its parts are made from it`,
        ]
      : []),
  ];
}

function portProblems(d: UpsertLoadBalancer): string[] {
  const { portRange, ports } = d;
  const problems: string[] = [];
  if (ports?.some((port) => portsOf(port) === null || portsOf(port)?.from !== portsOf(port)?.to))
    problems.push(`ports must be numbers between 1 and 65535, and is ${ports.join(', ')}`);
  if (ports?.length && d.loadBalancerType !== 'INTERNAL')
    problems.push('ports is for load balancers of type INTERNAL; use portRange');
  if (portRange !== undefined) {
    const range = portsOf(portRange);
    if (!range)
      problems.push(`portRange "${portRange}" must be one port between 1 and 65535, or a range such as 8080-8090`);
    else if (isProxied(d) && range.from !== range.to)
      problems.push(`portRange "${portRange}" must be one port for a load balancer of type ${d.loadBalancerType}`);
    else if (d.loadBalancerType === 'INTERNAL' && !ports?.length && (internalPorts(d)?.length ?? 0) > 5)
      problems.push(`portRange "${portRange}" must hold at most five ports for a load balancer of type INTERNAL`);
  }
  if (d.ipProtocol === 'UDP' && isProxied(d))
    problems.push(
      `ipProtocol must be TCP for a load balancer of type ${d.loadBalancerType}; UDP is passed through by NETWORK and INTERNAL`,
    );
  return problems;
}

function affinityProblems(d: UpsertLoadBalancer): string[] {
  const key = d.loadBalancerType === 'TCP' && d.region !== GLOBAL ? 'TCP in a region' : d.loadBalancerType;
  const allowed = AFFINITIES[key];
  const asked: [string, string | undefined][] = [
    ['sessionAffinity', d.sessionAffinity],
    ['backendService.sessionAffinity', d.backendService?.sessionAffinity],
    ['defaultService.sessionAffinity', d.defaultService?.sessionAffinity],
  ];
  return asked.flatMap(([field, value]) =>
    value !== undefined && !allowed.includes(value)
      ? [
          `${field} must be one of ${allowed.join(', ')} for a load balancer of type ${d.loadBalancerType}, and is ${value}`,
        ]
      : [],
  );
}

function checkProblems(d: UpsertLoadBalancer): string[] {
  const asked: [string, HealthCheckDescription | undefined][] = [
    ['healthCheck', d.healthCheck],
    ['backendService.healthCheck', d.backendService?.healthCheck],
    ['defaultService.healthCheck', d.defaultService?.healthCheck],
    ...(d.hostRules ?? []).map((rule, index): [string, HealthCheckDescription | undefined] => [
      `hostRules.${index}.pathMatcher.defaultService.healthCheck`,
      rule.pathMatcher.defaultService.healthCheck,
    ]),
  ];
  return asked.flatMap(([field, check]) => [
    ...(check && (check.timeoutSec ?? 5) > (check.checkIntervalSec ?? 5)
      ? [`${field}.timeoutSec must not be longer than ${field}.checkIntervalSec`]
      : []),
    ...(check?.healthCheckType && check.healthCheckType !== 'HTTP' && d.loadBalancerType === 'NETWORK'
      ? [`${field}.healthCheckType must be HTTP: target pools know no other`]
      : []),
  ]);
}

function partProblems(d: UpsertLoadBalancer): string[] {
  const type = d.loadBalancerType;
  const httpOnly = (['defaultService', 'hostRules', 'urlMapName'] as const).filter((field) => d[field] !== undefined);
  return [
    ...(isHttp(d) || httpOnly.length === 0
      ? []
      : [
          `${httpOnly.join(', ')} are for load balancers of type HTTP and INTERNAL_MANAGED; a ${type} one has a backendService`,
        ]),
    ...(isHttp(d) && (d.healthCheck || d.sessionAffinity)
      ? ['healthCheck and sessionAffinity belong to a backend service: put them into defaultService']
      : []),
    ...(type === 'NETWORK' && d.backendService
      ? [
          'backendService is not for type NETWORK, which has a target pool; use type TCP in a region for a backend service',
        ]
      : []),
    ...(type === 'SSL' && d.certificate === null
      ? ['certificate must name a certificate for a load balancer of type SSL']
      : []),
    ...(d['certificateMap'] ? ['certificateMap is not supported; name a certificate in certificate'] : []),
    ...((type === 'INTERNAL' || type === 'NETWORK' || type === 'TCP') && d.certificate
      ? [`certificate is not for a load balancer of type ${type}, which does not end TLS`]
      : []),
    ...duplicates(d),
  ];
}

function duplicates(d: UpsertLoadBalancer): string[] {
  const hosts = (d.hostRules ?? []).flatMap((rule) => rule.hostPatterns);
  const twice = hosts.filter((host, index) => hosts.indexOf(host) !== index);
  return twice.length > 0 ? [`hostRules names the host ${twice[0]} twice; each host may be in one rule`] : [];
}
