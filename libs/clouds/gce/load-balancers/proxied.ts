import { GLOBAL, linkTo, type Place } from './collections.ts';
import { forwardingRule } from './rule.ts';
import type { UpsertLoadBalancer } from './schema.ts';
import { type Assembly, backendService, type Found, onlyService, rangeText, type Wanted } from './wanted.ts';

/** TCP through a proxy, for the whole world. */
export const assembleTcpProxy: Assembly = (d, found) => layers(d, found, 'targetTcpProxies');

/** TLS that ends at a proxy, for the whole world. */
export const assembleSslProxy: Assembly = (d, found) => layers(d, found, 'targetSslProxies');

function layers(
  d: UpsertLoadBalancer,
  found: Found,
  collection: 'targetTcpProxies' | 'targetSslProxies',
): readonly Wanted[] {
  const ssl = collection === 'targetSslProxies';
  const service = onlyService(d, found);
  const range = d.portRange === undefined ? undefined : rangeText(d.portRange);
  const initialRange = range ?? (ssl ? '443-443' : '8080-8080');
  const port = Number(initialRange.split('-')[0]);
  const proxy: Place = found.existing?.proxy ?? {
    collection,
    region: GLOBAL,
    name: `${d.loadBalancerName}-target-${ssl ? 'ssl' : 'tcp'}-proxy`,
  };
  const rule = forwardingRule(d, found, GLOBAL, proxy, {
    loadBalancingScheme: 'EXTERNAL',
    ...(range ? { portRange: range } : {}),
  });
  const kind = { protocol: ssl ? 'SSL' : 'TCP', loadBalancingScheme: 'EXTERNAL', named: true };
  return [
    ...backendService(found, GLOBAL, service, kind, port),
    {
      place: proxy,
      fields: {
        service: linkTo(found.project, { collection: 'backendServices', region: GLOBAL, name: service.name }),
        ...(found.certificate ? { sslCertificates: [found.certificate] } : {}),
      },
    },
    { ...rule, initial: { ...rule.initial, portRange: initialRange } },
  ];
}
