import type { z } from 'zod';
import { documents } from './document-collection.ts';
import { certificatesOf, setSslCertificates } from './target-https-proxies.ts';
import { targetSslProxyBody } from './target-proxy-schema.ts';
import { streamProxyPosts, streamServiceOf } from './target-tcp-proxies.ts';

const proxies = { name: 'targetSslProxies', kind: 'compute#targetSslProxy' } as const;

/** Target SSL proxies: TLS ends there, and the connection goes on to a backend service. */
export const targetSslProxies = documents<'targetSslProxies', z.infer<typeof targetSslProxyBody>>({
  ...proxies,
  scopes: ['global'],
  aggregated: false,
  body: targetSslProxyBody,
  changes: [],
  complete: (lab, call, body) => ({
    ...body,
    service: streamServiceOf(lab, call, body.service),
    sslCertificates: certificatesOf(lab, call, body.sslCertificates),
  }),
  posts: {
    ...streamProxyPosts(proxies, 'targetSslProxies'),
    setSslCertificates: setSslCertificates(proxies, 'targetSslProxiesSetSslCertificatesRequest'),
  },
});
