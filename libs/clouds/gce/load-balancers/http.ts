import { GLOBAL, linkTo, type Place } from './collections.ts';
import { forwardingRule, type RuleFields } from './rule.ts';
import type { BackendServiceDescription, UpsertLoadBalancer } from './schema.ts';
import { type Assembly, backendService, type Found, rangeText, type Wanted } from './wanted.ts';

/** HTTP(S) for the whole world: rule, proxy, URL map, backend services, health checks, none of them in a region. */
export const assembleHttp: Assembly = (d, found) =>
  layers(d, found, GLOBAL, { loadBalancingScheme: 'EXTERNAL' }, false);

/** HTTP(S) within a region's network: the same parts, all of the region. */
export const assembleInternalHttp: Assembly = (d, found) =>
  layers(d, found, d.region, { loadBalancingScheme: 'INTERNAL_MANAGED' }, true);

function layers(
  d: UpsertLoadBalancer,
  found: Found,
  region: string,
  own: RuleFields,
  inNetwork: boolean,
): readonly Wanted[] {
  const secure = found.certificate !== null;
  const range = d.portRange === undefined ? undefined : rangeText(d.portRange);
  const map: Place = { collection: 'urlMaps', region, name: urlMapName(d, found) };
  const proxy = proxyPlace(d, found, region, secure);
  const kind = { protocol: 'HTTP', loadBalancingScheme: own.loadBalancingScheme, named: true };
  const rule = forwardingRule(d, found, region, proxy, { ...own, ...(range ? { portRange: range } : {}) }, inNetwork);
  return [
    ...servicesOf(d, found).flatMap((service) => backendService(found, region, service, kind, 80)),
    urlMap(d, found, map),
    {
      place: proxy,
      fields: {
        urlMap: linkTo(found.project, map),
        ...(found.certificate ? { sslCertificates: [found.certificate] } : {}),
      },
    },
    { ...rule, initial: { ...rule.initial, portRange: range ?? (secure ? '443-443' : '80-80') } },
  ];
}

/** The URL map of a listener: the one it has, or else one named as asked or after it. */
export function urlMapName(d: UpsertLoadBalancer, found: Pick<Found, 'existing'>): string {
  return d.urlMapName ?? found.existing?.urlMap ?? `${d.loadBalancerName}-url-map`;
}

/** Every backend service that a description names, the default one first, each once with all that is said of it. */
export function servicesOf(
  d: UpsertLoadBalancer,
  found: Pick<Found, 'existing'>,
): (BackendServiceDescription & { readonly name: string })[] {
  const matchers = (d.hostRules ?? []).map((rule) => rule.pathMatcher);
  const all = [
    defaultService(d, found),
    ...matchers.flatMap((matcher) => [
      matcher.defaultService,
      ...matcher.pathRules.map(({ backendService: service }) => service),
    ]),
  ];
  const merged = new Map<string, BackendServiceDescription & { readonly name: string }>();
  for (const service of all) merged.set(service.name, { ...merged.get(service.name), ...service });
  return [...merged.values()];
}

function defaultService(d: UpsertLoadBalancer, found: Pick<Found, 'existing'>) {
  const asked = d.defaultService ?? d.backendService ?? {};
  return { ...asked, name: asked.name ?? found.existing?.service ?? `${d.loadBalancerName}-bs` };
}

function urlMap(d: UpsertLoadBalancer, found: Found, place: Place): Wanted {
  const link = (name: string) => linkTo(found.project, { collection: 'backendServices', region: place.region, name });
  const hostRules = d.hostRules?.map((rule, index) => ({
    hosts: rule.hostPatterns,
    pathMatcher: `matcher-${index + 1}`,
  }));
  const pathMatchers = d.hostRules?.map(({ pathMatcher }, index) => ({
    name: `matcher-${index + 1}`,
    defaultService: link(pathMatcher.defaultService.name),
    pathRules: pathMatcher.pathRules.map((rule) => ({ paths: rule.paths, service: link(rule.backendService.name) })),
  }));
  return {
    place,
    fields: {
      defaultService: link(defaultService(d, found).name),
      ...(hostRules && pathMatchers ? { hostRules, pathMatchers } : {}),
    },
  };
}

function proxyPlace(d: UpsertLoadBalancer, found: Found, region: string, secure: boolean): Place {
  const collection = secure ? 'targetHttpsProxies' : 'targetHttpProxies';
  const has = found.existing?.proxy;
  if (has?.collection === collection) return has;
  return { collection, region, name: `${d.loadBalancerName}-target-${secure ? 'https' : 'http'}-proxy` };
}
