import { z } from 'zod';
import { changeResource, existing, parse } from './collection.ts';
import type { Call, ItemCall, Lab } from './collection.ts';
import { documents } from './document-collection.ts';
import { linkOf } from './path.ts';
import { invalid } from './problem.ts';
import { reference } from './resource.ts';
import type { OperationDocument } from './store.ts';
import { targetTcpProxyBody } from './target-proxy-schema.ts';

const proxies = { name: 'targetTcpProxies', kind: 'compute#targetTcpProxy' } as const;

/** Target TCP proxies, global and regional: from a forwarding rule to a backend service, connection by connection. */
export const targetTcpProxies = documents<'targetTcpProxies', z.infer<typeof targetTcpProxyBody>>({
  ...proxies,
  scopes: ['global', 'region'],
  body: targetTcpProxyBody,
  changes: [],
  complete: (lab, call, body) => ({ ...body, service: streamServiceOf(lab, call, body.service) }),
  posts: streamProxyPosts(proxies, 'targetTcpProxies'),
});

/**
 * Link of the backend service that a TCP or SSL proxy leads to.
 * @throws CloudProblem 400 when it does not speak TCP or SSL
 */
export function streamServiceOf(lab: Lab, call: Call, given: string): string {
  const path = existing(lab, call, 'service', given, ['backendServices'], 'same');
  const protocol = lab.store.get('backendServices', path)?.protocol;
  if (protocol !== 'TCP' && protocol !== 'SSL') {
    throw invalid(
      'resource.service',
      `'${path}'. Its protocol is ${protocol ?? 'unknown'}; this proxy needs TCP or SSL.`,
    );
  }
  return linkOf(path);
}

/** What a TCP and an SSL proxy have in common; `request` begins the names of their messages. */
export function streamProxyPosts<C extends 'targetTcpProxies' | 'targetSslProxies'>(
  of: { readonly name: C },
  request: string,
) {
  return {
    setBackendService(lab: Lab, call: ItemCall<C>): OperationDocument {
      const { service } = parse(z.looseObject({ service: reference }), call.body, `${request}SetBackendServiceRequest`);
      return changeResource(lab, call, of, 'setBackendService', { service: streamServiceOf(lab, call, service) });
    },
    setProxyHeader(lab: Lab, call: ItemCall<C>): OperationDocument {
      const { proxyHeader } = parse(
        z.looseObject({ proxyHeader: targetTcpProxyBody.shape.proxyHeader }),
        call.body,
        `${request}SetProxyHeaderRequest`,
      );
      return changeResource(lab, call, of, 'setProxyHeader', { proxyHeader });
    },
  };
}
