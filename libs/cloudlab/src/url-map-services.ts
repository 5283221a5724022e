import type { PathMatcher, RouteAction, UrlMap } from './url-map-schema.ts';

interface Route {
  readonly service?: string | undefined;
  readonly routeAction?: RouteAction | undefined;
}

/** Every backend service that a URL map may send a request to, as it names them. */
export function servicesOf(map: Pick<UrlMap, 'defaultService' | 'defaultRouteAction' | 'pathMatchers'>): string[] {
  return [
    ...ofRoute({ service: map.defaultService, routeAction: map.defaultRouteAction }),
    ...map.pathMatchers.flatMap(ofMatcher),
  ];
}

function ofMatcher({ defaultService, defaultRouteAction, pathRules }: PathMatcher): string[] {
  return [...ofRoute({ service: defaultService, routeAction: defaultRouteAction }), ...pathRules.flatMap(ofRoute)];
}

function ofRoute({ service, routeAction }: Route): string[] {
  const weighted = routeAction?.weightedBackendServices.map(({ backendService }) => backendService) ?? [];
  return service === undefined ? weighted : [service, ...weighted];
}
