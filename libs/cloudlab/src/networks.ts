import type { z } from 'zod';
import { start, storeResource } from './collection.ts';
import type { Lab } from './collection.ts';
import { documents } from './document-collection.ts';
import { REGIONS } from './locations.ts';
import { networkBody } from './network-schema.ts';
import { globalScope, lastPart, linkOf, regionScope } from './path.ts';
import { autoSubnetwork, subnetworkPathsOf } from './subnetworks.ts';

const networkKind = { name: 'networks', kind: 'compute#network' } as const;
const firewallKind = { name: 'firewalls', kind: 'compute#firewall' } as const;

/** Networks. One in auto mode has a subnetwork in every region, which lives and dies with it. */
export const networks = documents<'networks', z.infer<typeof networkBody>>({
  ...networkKind,
  scopes: ['global'],
  aggregated: false,
  body: networkBody,
  changes: ['patch'],
  fixed: ['autoCreateSubnetworks'],
  view: (lab, path, item) => ({
    ...item,
    selfLinkWithId: item.selfLink.replace(/[^/]+$/, item.id),
    networkFirewallPolicyEnforcementOrder: 'AFTER_CLASSIC_FIREWALL',
    subnetworks: subnetworkPathsOf(lab.store, path).map(linkOf),
  }),
  inserted: { action: 'make-subnetworks' },
  removed: { action: 'drop-subnetworks' },
  posts: {
    switchToCustomMode: (lab, call) =>
      start(lab, call, 'switchToCustomMode', undefined, () => {
        lab.store.put('networks', call.path, { ...call.item, autoCreateSubnetworks: false });
      }),
  },
});

/** Work of networks.insert: a network in auto mode gets its subnetworks. */
export function makeSubnetworks(lab: Lab, networkPath: string): void {
  const network = lab.store.get('networks', networkPath);
  if (network?.autoCreateSubnetworks !== true) return;
  const project = networkPath.split('/')[1] ?? '';
  REGIONS.forEach((region, position) => {
    const scope = regionScope(project, region);
    const path = `${scope.path}/subnetworks/${network.name}`;
    if (lab.store.get('subnetworks', path) === undefined) autoSubnetwork(lab, scope, networkPath, position);
  });
}

/** Work of networks.delete: its own subnetworks go with it. */
export function dropSubnetworks(lab: Lab, networkPath: string): void {
  for (const path of subnetworkPathsOf(lab.store, networkPath)) {
    if (lastPart(path) === lastPart(networkPath)) lab.store.remove(path);
  }
}

/** Gives a project its default network, as a new project of the real cloud has; subnetworks of new regions too. */
export function seedNetwork(lab: Lab, project: string): void {
  const scope = globalScope(project);
  const path = `${scope.path}/networks/default`;
  const { projects } = lab.store.state;
  if (!projects.includes(project)) {
    projects.push(project);
    if (lab.store.get('networks', path) === undefined) seedDefault(lab, project);
  }
  makeSubnetworks(lab, path);
}

function seedDefault(lab: Lab, project: string): void {
  const scope = globalScope(project);
  const network = `${scope.path}/networks/default`;
  storeResource(lab, network, networkKind, scope, {
    ...networkBody.parse({ name: 'default' }),
    name: 'default',
    description: 'Default network for the project',
  });
  const rules = [
    {
      name: 'default-allow-internal',
      description: 'Allow internal traffic on the default network',
      // Everything that reaches this cloud comes from its own machine.
      sourceRanges: ['10.128.0.0/9', '127.0.0.0/8'],
      allowed: [
        { IPProtocol: 'tcp', ports: ['0-65535'] },
        { IPProtocol: 'udp', ports: ['0-65535'] },
        { IPProtocol: 'icmp' },
      ],
    },
    {
      name: 'default-allow-icmp',
      description: 'Allow ICMP from anywhere',
      sourceRanges: ['0.0.0.0/0'],
      allowed: [{ IPProtocol: 'icmp' }],
    },
    {
      name: 'default-allow-ssh',
      description: 'Allow SSH from anywhere',
      sourceRanges: ['0.0.0.0/0'],
      allowed: [{ IPProtocol: 'tcp', ports: ['22'] }],
    },
  ];
  for (const rule of rules) {
    storeResource(lab, `${scope.path}/firewalls/${rule.name}`, firewallKind, scope, {
      ...rule,
      network: linkOf(network),
      direction: 'INGRESS',
      priority: 65534,
      disabled: false,
    });
  }
}
