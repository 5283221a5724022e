import { pathOf } from './path.ts';
import { REDIRECT_CODES } from './url-map-schema.ts';
import type { Redirect, RouteAction, UrlMap } from './url-map-schema.ts';

/** Where a request goes. */
export type Route =
  /** Paths of backend services with their weights; `key` tells routes of one table apart. */
  | { readonly key: string; readonly services: readonly (readonly [service: string, weight: number])[] }
  /** `prefix` is the beginning of the path that led here. */
  | { readonly key: string; readonly redirect: Redirect; readonly prefix: string };

interface PathTable {
  /** Exact paths, or the beginning of paths when they end with a star. */
  readonly paths: readonly { readonly path: string; readonly route: Route }[];
  readonly otherwise: Route;
}

/** A URL map made ready for asking often. */
export interface RouteTable {
  readonly hosts: readonly { readonly host: string; readonly table: PathTable }[];
  readonly otherwise: Route;
}

interface RouteFields {
  readonly service?: string | undefined;
  readonly routeAction?: RouteAction | undefined;
  readonly urlRedirect?: Redirect | undefined;
}

/** Reads a URL map, its references relative to a project. */
export function routeTable(map: UrlMap, project: string): RouteTable {
  const route = (key: string, prefix: string, { service, routeAction, urlRedirect }: RouteFields): Route => {
    if (urlRedirect !== undefined) return { key, redirect: urlRedirect, prefix };
    const weighted =
      routeAction?.weightedBackendServices.map(
        ({ backendService, weight }) => [pathOf(backendService, project, 'backendService'), weight] as const,
      ) ?? [];
    if (weighted.length > 0) return { key, services: weighted };
    return { key, services: service === undefined ? [] : [[pathOf(service, project, 'service'), 1]] };
  };
  const defaults = (key: string, from: Pick<UrlMap, 'defaultService' | 'defaultRouteAction' | 'defaultUrlRedirect'>) =>
    route(key, '/', {
      service: from.defaultService,
      routeAction: from.defaultRouteAction,
      urlRedirect: from.defaultUrlRedirect,
    });
  const tables = new Map(
    map.pathMatchers.map((matcher) => [
      matcher.name,
      {
        paths: matcher.pathRules
          .flatMap((rule, i) =>
            rule.paths.map((path) => ({ path, route: route(`${matcher.name} ${i}`, path.replace(/\*$/, ''), rule) })),
          )
          // The longest match wins, an exact one before a star of the same length.
          .sort((a, b) => length(b.path) - length(a.path) || Number(isStar(a.path)) - Number(isStar(b.path))),
        otherwise: defaults(matcher.name, matcher),
      },
    ]),
  );
  return {
    hosts: map.hostRules
      .flatMap(({ hosts, pathMatcher }) => {
        const table = tables.get(pathMatcher);
        return table === undefined ? [] : hosts.map((host) => ({ host: host.toLowerCase(), table }));
      })
      .sort((a, b) => Number(a.host.startsWith('*')) - Number(b.host.startsWith('*')) || b.host.length - a.host.length),
    otherwise: defaults('', map),
  };
}

/** Every backend service that a table leads to. */
export function servicesIn(table: RouteTable): readonly string[] {
  const routes = [
    table.otherwise,
    ...table.hosts.flatMap(({ table: each }) => [each.otherwise, ...each.paths.map(({ route }) => route)]),
  ];
  return [...new Set(routes.flatMap((route) => ('services' in route ? route.services.map(([path]) => path) : [])))];
}

/**
 * Where a request goes.
 * @param host the Host header as it came
 * @param url path and query as they came
 */
export function routeOf(table: RouteTable, host: string, url: string): Route {
  const name = host.toLowerCase();
  const bare = name.replace(/:\d+$/, '');
  const found = table.hosts.find((each) => matchesHost(each.host, name) || matchesHost(each.host, bare));
  if (found === undefined) return table.otherwise;
  const path = url.split(/[?#]/, 1)[0] ?? '/';
  const rule = found.table.paths.find((each) =>
    isStar(each.path) ? path.startsWith(each.path.slice(0, -1)) : path === each.path,
  );
  return rule?.route ?? found.table.otherwise;
}

/** Status and Location of a redirect. */
export function redirectTo(
  { redirect, prefix }: Extract<Route, { readonly redirect: Redirect }>,
  request: { readonly scheme: 'http' | 'https'; readonly host: string; readonly url: string },
): { readonly status: number; readonly location: string } {
  const cut = request.url.indexOf('?');
  const path = cut < 0 ? request.url : request.url.slice(0, cut);
  const query = cut < 0 || redirect.stripQuery === true ? '' : request.url.slice(cut);
  const scheme = redirect.httpsRedirect === true ? 'https' : request.scheme;
  const { pathRedirect, prefixRedirect } = redirect;
  const target = pathRedirect ?? (prefixRedirect === undefined ? path : prefixRedirect + path.slice(prefix.length));
  return {
    status: REDIRECT_CODES[redirect.redirectResponseCode],
    location: `${scheme}://${redirect.hostRedirect ?? request.host}${target}${query}`,
  };
}

function matchesHost(pattern: string, host: string): boolean {
  if (pattern === '*') return true;
  return pattern.startsWith('*') ? host.endsWith(pattern.slice(1)) && host.length >= pattern.length : pattern === host;
}

function isStar(path: string): boolean {
  return path.endsWith('/*');
}

function length(path: string): number {
  return isStar(path) ? path.length - 1 : path.length;
}
