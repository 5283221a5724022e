import { pathOf, splitPath } from './path.ts';
import type { Store } from './store.ts';
import { servicesOf } from './url-map-services.ts';

/** Paths of the backend services that a target proxy leads to, through its URL map where it has one. */
export function servicesBehind(store: Store, proxyPath: string): string[] {
  const project = proxyPath.split('/')[1] ?? '';
  const pathsOf = (references: readonly string[]): string[] => [
    ...new Set(references.map((each) => pathOf(each, project, 'service'))),
  ];
  switch (splitPath(proxyPath)?.collection) {
    case 'targetTcpProxies':
      return pathsOf([store.get('targetTcpProxies', proxyPath)?.service ?? []].flat());
    case 'targetSslProxies':
      return pathsOf([store.get('targetSslProxies', proxyPath)?.service ?? []].flat());
    case 'targetHttpProxies':
      return mapped(store.get('targetHttpProxies', proxyPath)?.urlMap);
    case 'targetHttpsProxies':
      return mapped(store.get('targetHttpsProxies', proxyPath)?.urlMap);
    default:
      return [];
  }

  function mapped(urlMap: string | undefined): string[] {
    const map = urlMap === undefined ? undefined : store.get('urlMaps', pathOf(urlMap, project, 'urlMap'));
    return map === undefined ? [] : pathsOf(servicesOf(map));
  }
}
