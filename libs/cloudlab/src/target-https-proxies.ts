import { z } from 'zod';
import { changeResource, existing, parse } from './collection.ts';
import type { Call, ItemCall, Lab } from './collection.ts';
import { documents } from './document-collection.ts';
import { linkOf } from './path.ts';
import type { OperationDocument } from './store.ts';
import { setUrlMap, urlMapOf } from './target-http-proxies.ts';
import { targetHttpsProxyBody } from './target-proxy-schema.ts';

const proxies = { name: 'targetHttpsProxies', kind: 'compute#targetHttpsProxy' } as const;

/** Target HTTPS proxies, global and regional: as target HTTP proxies, with certificates. */
export const targetHttpsProxies = documents<'targetHttpsProxies', z.infer<typeof targetHttpsProxyBody>>({
  ...proxies,
  scopes: ['global', 'region'],
  body: targetHttpsProxyBody,
  changes: ['patch'],
  complete: (lab, call, body) => ({
    ...body,
    urlMap: urlMapOf(lab, call, body.urlMap),
    sslCertificates: certificatesOf(lab, call, body.sslCertificates),
  }),
  posts: {
    setUrlMap: setUrlMap(proxies),
    setSslCertificates: setSslCertificates(proxies, 'targetHttpsProxiesSetSslCertificatesRequest'),
    setQuicOverride(lab, call) {
      const body = parse(
        z.looseObject({ quicOverride: targetHttpsProxyBody.shape.quicOverride }),
        call.body,
        'targetHttpsProxiesSetQuicOverrideRequest',
      );
      return changeResource(lab, call, proxies, 'setQuicOverride', { quicOverride: body.quicOverride });
    },
  },
});

/** Links of the certificates that a proxy names: they must lie where the proxy does. */
export function certificatesOf(lab: Lab, call: Call, given: readonly string[]): string[] {
  return given.map((each) => linkOf(existing(lab, call, 'sslCertificates', each, ['sslCertificates'], 'same')));
}

/** `POST .../setSslCertificates` of a target HTTPS or SSL proxy; `request` names its message. */
export function setSslCertificates<C extends 'targetHttpsProxies' | 'targetSslProxies'>(
  of: { readonly name: C },
  request: string,
) {
  return (lab: Lab, call: ItemCall<C>): OperationDocument => {
    const body = parse(
      z.looseObject({ sslCertificates: targetHttpsProxyBody.shape.sslCertificates }),
      call.body,
      request,
    );
    return changeResource(lab, call, of, 'setSslCertificates', {
      sslCertificates: certificatesOf(lab, call, body.sslCertificates),
    });
  };
}
