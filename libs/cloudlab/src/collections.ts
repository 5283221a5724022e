import { addresses } from './addresses.ts';
import { autoscalers } from './autoscalers.ts';
import { backendServices } from './backend-services.ts';
import type { Collection } from './collection.ts';
import { disks } from './disks.ts';
import { firewalls } from './firewalls.ts';
import { forwardingRules } from './forwarding-rules.ts';
import { groupManagers } from './group-managers.ts';
import { healthChecks } from './health-checks.ts';
import { imageCollection } from './images.ts';
import { instanceGroups } from './instance-groups.ts';
import { instanceTemplates } from './instance-templates.ts';
import { instances } from './instances.ts';
import { httpHealthChecks, httpsHealthChecks } from './legacy-health-checks.ts';
import { networks } from './networks.ts';
import { snapshots } from './snapshots.ts';
import { sslCertificates } from './ssl-certificates.ts';
import { subnetworks } from './subnetworks.ts';
import { targetHttpProxies } from './target-http-proxies.ts';
import { targetHttpsProxies } from './target-https-proxies.ts';
import { targetPools } from './target-pools.ts';
import { targetSslProxies } from './target-ssl-proxies.ts';
import { targetTcpProxies } from './target-tcp-proxies.ts';
import { urlMaps } from './url-maps.ts';

/** Every collection of stored resources, by its name in a path. */
export const COLLECTIONS: ReadonlyMap<string, Collection> = new Map(
  [
    addresses,
    autoscalers,
    backendServices,
    disks,
    firewalls,
    forwardingRules,
    groupManagers,
    healthChecks,
    httpHealthChecks,
    httpsHealthChecks,
    imageCollection,
    instanceGroups,
    instanceTemplates,
    instances,
    networks,
    snapshots,
    sslCertificates,
    subnetworks,
    targetHttpProxies,
    targetHttpsProxies,
    targetPools,
    targetSslProxies,
    targetTcpProxies,
    urlMaps,
  ].map((each) => [each.name, each]),
);
