import { collection, storeResource } from './collection.ts';
import type { Lab } from './collection.ts';
import { REGIONS } from './locations.ts';
import { globalScope, linkOf, regionScope } from './path.ts';

const networkKind = { name: 'networks', kind: 'compute#network' } as const;
const subnetworkKind = { name: 'subnetworks', kind: 'compute#subnetwork' } as const;
const firewallKind = { name: 'firewalls', kind: 'compute#firewall' } as const;

/** Networks, to read: every project has `default`. */
export const networks = collection<'networks'>({ ...networkKind, scopes: ['global'] });
/** Subnetworks, to read: one a region. */
export const subnetworks = collection<'subnetworks'>({ ...subnetworkKind, scopes: ['region'] });
/** Firewalls, to read. */
export const firewalls = collection<'firewalls'>({ ...firewallKind, scopes: ['global'] });

/** Gives a project its default network, as a new project of the real cloud has. */
export function seedNetwork(lab: Lab, project: string): void {
  const scope = globalScope(project);
  const network = `${scope.path}/networks/default`;
  if (lab.store.get('networks', network) !== undefined) return;
  const subnets = REGIONS.map((region, position) => {
    const place = regionScope(project, region);
    const path = `${place.path}/subnetworks/default`;
    storeResource(lab, path, subnetworkKind, place, {
      name: 'default',
      network: linkOf(network),
      ipCidrRange: `10.${128 + position * 4}.0.0/20`,
      gatewayAddress: `10.${128 + position * 4}.0.1`,
      purpose: 'PRIVATE',
    });
    return linkOf(path);
  });
  storeResource(lab, network, networkKind, scope, {
    name: 'default',
    description: 'Default network for the project',
    autoCreateSubnetworks: true,
    subnetworks: subnets,
  });
  storeResource(lab, `${scope.path}/firewalls/default-allow-internal`, firewallKind, scope, {
    name: 'default-allow-internal',
    description: 'Allow internal traffic on the default network',
    network: linkOf(network),
    direction: 'INGRESS',
    priority: 65534,
    sourceRanges: ['10.128.0.0/9'],
    allowed: [{ IPProtocol: 'tcp', ports: ['0-65535'] }],
  });
}
