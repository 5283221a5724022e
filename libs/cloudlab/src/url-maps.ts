import { existing, parse } from './collection.ts';
import type { Call, Lab } from './collection.ts';
import { documents, mergePatch } from './document-collection.ts';
import { linkOf } from './path.ts';
import { CloudProblem, invalid } from './problem.ts';
import type { BackendService } from './backend-service-schema.ts';
import type { PathMatcher, Redirect, RouteAction, UrlMap } from './url-map-schema.ts';
import { urlMapBody } from './url-map-schema.ts';
import { z } from 'zod';

const maps = { name: 'urlMaps', kind: 'compute#urlMap' } as const;
type Body = z.infer<typeof urlMapBody>;

/** URL maps, global and regional: which backend service a request goes to, by its host and path. */
export const urlMaps = documents<'urlMaps', Body>({
  ...maps,
  scopes: ['global', 'region'],
  body: urlMapBody,
  changes: ['patch', 'update'],
  complete: checked,
  posts: {
    /** Says what is wrong with a map without storing it. */
    validate(lab, call) {
      const { resource } = parse(z.looseObject({ resource: z.unknown() }), call.body, 'urlMapsValidateRequest');
      const document = mergePatch(resource, { name: call.item.name });
      return { result: verdict(() => checked(lab, call, parse(urlMapBody, document))) };
    },
  },
});

function verdict(check: () => unknown): { loadSucceeded: boolean; loadErrors?: string[]; testPassed?: boolean } {
  try {
    check();
    return { loadSucceeded: true, testPassed: true };
  } catch (cause) {
    if (cause instanceof CloudProblem) return { loadSucceeded: false, loadErrors: [cause.message] };
    throw cause;
  }
}

function checked(lab: Lab, call: Call, body: Body): Body {
  const service = (field: string, reference: string): string => {
    const path = existing(lab, call, field, reference, ['backendServices'], 'same');
    const found = lab.store.get('backendServices', path);
    if (found !== undefined) checkService(field, path, found);
    return linkOf(path);
  };
  const action = (field: string, given: RouteAction | undefined): RouteAction | undefined =>
    given && {
      ...given,
      weightedBackendServices: given.weightedBackendServices.map((each) => ({
        ...each,
        backendService: service(`${field}.weightedBackendServices.backendService`, each.backendService),
      })),
    };
  const defaults = (field: string, each: Body | PathMatcher) => {
    oneOf(`${field}defaultService`, each.defaultService, each.defaultRouteAction, each.defaultUrlRedirect);
    return {
      defaultService: each.defaultService && service(`${field}defaultService`, each.defaultService),
      defaultRouteAction: action(`${field}defaultRouteAction`, each.defaultRouteAction),
    };
  };
  checkHosts(body);
  checkPaths(body);
  return {
    ...body,
    ...defaults('', body),
    pathMatchers: body.pathMatchers.map((matcher) => ({
      ...matcher,
      ...defaults('pathMatchers.', matcher),
      pathRules: matcher.pathRules.map((rule) => {
        oneOf('pathMatchers.pathRules.service', rule.service, rule.routeAction, rule.urlRedirect);
        return {
          ...rule,
          service: rule.service && service('pathMatchers.pathRules.service', rule.service),
          routeAction: action('pathMatchers.pathRules.routeAction', rule.routeAction),
        };
      }),
    })),
  };
}

function checkService(field: string, path: string, { protocol, loadBalancingScheme }: BackendService): void {
  if (protocol === 'TCP' || protocol === 'SSL' || protocol === 'UDP') {
    throw invalid(`resource.${field}`, `'${path}'. Its protocol is ${protocol}; a URL map needs HTTP, HTTPS or HTTP2.`);
  }
  if (loadBalancingScheme === 'INTERNAL') {
    throw invalid(
      `resource.${field}`,
      `'${path}'. Its scheme is INTERNAL, which has no URL maps; use INTERNAL_MANAGED.`,
    );
  }
}

function oneOf(
  field: string,
  service: string | undefined,
  action: RouteAction | undefined,
  redirect: Redirect | undefined,
): void {
  const given = [service, action, redirect].filter((each) => each !== undefined).length;
  if (given === 1) return;
  throw invalid(
    `resource.${field}`,
    given === 0
      ? 'a service, a route action or a redirect is required here.'
      : 'give one of service, route action and redirect.',
  );
}

function checkHosts({ hostRules, pathMatchers }: Pick<UrlMap, 'hostRules' | 'pathMatchers'>): void {
  const hosts = new Set<string>();
  for (const rule of hostRules) {
    for (const host of rule.hosts) {
      if (!/^(\*|(\*\.)?[a-z0-9]([-a-z0-9.]*[a-z0-9])?)(:\d{1,5})?$/i.test(host)) {
        throw invalid('resource.hostRules.hosts', `'${host}'. Give a host name, '*.' and a domain, or '*'.`);
      }
      if (hosts.has(host.toLowerCase())) throw invalid('resource.hostRules.hosts', `'${host}' is named twice.`);
      hosts.add(host.toLowerCase());
    }
    if (!pathMatchers.some(({ name }) => name === rule.pathMatcher)) {
      throw invalid('resource.hostRules.pathMatcher', `'${rule.pathMatcher}'. There is no path matcher of that name.`);
    }
  }
  const names = pathMatchers.map(({ name }) => name);
  const twice = names.find((name, position) => names.indexOf(name) !== position);
  if (twice !== undefined) throw invalid('resource.pathMatchers.name', `'${twice}' is there twice.`);
}

function checkPaths({ pathMatchers }: Pick<UrlMap, 'pathMatchers'>): void {
  for (const { name, pathRules } of pathMatchers) {
    const seen = new Set<string>();
    for (const path of pathRules.flatMap(({ paths }) => paths)) {
      if (!/^\/[^*?#]*$/.test(path.replace(/\/\*$/, '/'))) {
        throw invalid(
          'resource.pathMatchers.pathRules.paths',
          `'${path}'. A path begins with /; a * may stand at its end only, after a /.`,
        );
      }
      if (seen.has(path)) throw invalid('resource.pathMatchers.pathRules.paths', `'${path}' is in '${name}' twice.`);
      seen.add(path);
    }
  }
}
