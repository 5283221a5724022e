import { z } from 'zod';
import { changeResource, existing, parse } from './collection.ts';
import type { Call, ItemCall, Lab } from './collection.ts';
import { documents } from './document-collection.ts';
import { linkOf } from './path.ts';
import type { OperationDocument } from './store.ts';
import { reference } from './resource.ts';
import { targetHttpProxyBody } from './target-proxy-schema.ts';

const proxies = { name: 'targetHttpProxies', kind: 'compute#targetHttpProxy' } as const;

/** Target HTTP proxies, global and regional: from a forwarding rule to a URL map. */
export const targetHttpProxies = documents<'targetHttpProxies', z.infer<typeof targetHttpProxyBody>>({
  ...proxies,
  scopes: ['global', 'region'],
  body: targetHttpProxyBody,
  changes: ['patch'],
  complete: (lab, call, body) => ({ ...body, urlMap: urlMapOf(lab, call, body.urlMap) }),
  posts: { setUrlMap: setUrlMap(proxies) },
});

/** Link of the URL map that a proxy names: it must lie where the proxy does. */
export function urlMapOf(lab: Lab, call: Call, given: string): string {
  return linkOf(existing(lab, call, 'urlMap', given, ['urlMaps'], 'same'));
}

/** `POST .../setUrlMap` of a target HTTP or HTTPS proxy. */
export function setUrlMap<C extends 'targetHttpProxies' | 'targetHttpsProxies'>(of: { readonly name: C }) {
  return (lab: Lab, call: ItemCall<C>): OperationDocument => {
    const { urlMap } = parse(z.looseObject({ urlMap: reference }), call.body, 'urlMapReference');
    return changeResource(lab, call, of, 'setUrlMap', { urlMap: urlMapOf(lab, call, urlMap) });
  };
}
