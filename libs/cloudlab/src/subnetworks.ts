import { z } from 'zod';
import type { AddressRange } from './address-range.ts';
import { addressText, overlap, parseRange } from './address-range.ts';
import { changeResource, existing, parse, storeResource } from './collection.ts';
import type { Lab } from './collection.ts';
import { documents } from './document-collection.ts';
import { subnetworkBody } from './network-schema.ts';
import type { Subnetwork } from './network-schema.ts';
import { lastPart, linkOf, pathOf } from './path.ts';
import type { Scope } from './path.ts';
import { invalid } from './problem.ts';
import type { Store } from './store.ts';

const subnetworkKind = { name: 'subnetworks', kind: 'compute#subnetwork' } as const;
type Body = z.infer<typeof subnetworkBody>;

/** Subnetworks. Their ranges are kept and checked; instances get addresses of this cloud's own pool. */
export const subnetworks = documents<'subnetworks', Body>({
  ...subnetworkKind,
  scopes: ['region'],
  body: subnetworkBody,
  changes: ['patch'],
  fixed: ['network', 'ipCidrRange', 'purpose'],
  complete(lab, call, body, current) {
    const network = existing(lab, call, 'network', body.network, ['networks']);
    if (current === undefined) checkRange(lab.store, network, 'ipCidrRange', body.ipCidrRange, undefined);
    const own = [body.ipCidrRange, ...body.secondaryIpRanges.map(({ ipCidrRange }) => ipCidrRange)];
    own.forEach((text, position) => {
      if (own.slice(0, position).some((other) => clash(text, other))) {
        throw invalid('resource.secondaryIpRanges', `'${text}' overlaps with another range of the subnetwork.`);
      }
    });
    return { ...body, network: linkOf(network), ...shapeOf(body.ipCidrRange) };
  },
  removing(lab, call) {
    const network = pathOf(call.item.network, call.scope.project, 'network');
    const automatic = lab.store.get('networks', network)?.autoCreateSubnetworks === true;
    if (automatic && call.item.name === lastPart(network)) {
      throw invalid('subnetwork', `'${call.path}' belongs to the auto mode network '${network}' and goes with it.`);
    }
  },
  posts: {
    expandIpCidrRange(lab, call) {
      const body = parse(
        z.looseObject({ ipCidrRange: subnetworkBody.shape.ipCidrRange }),
        call.body,
        'subnetworksExpandIpCidrRangeRequest',
      );
      const [from, to] = [parseRange(call.item.ipCidrRange), parseRange(body.ipCidrRange)];
      if (from === undefined || to === undefined || to.prefix >= from.prefix || !overlap(from, to)) {
        throw invalid(
          'ipCidrRange',
          `'${body.ipCidrRange}'. It must be larger than ${call.item.ipCidrRange} and contain it.`,
        );
      }
      checkRange(
        lab.store,
        pathOf(call.item.network, call.scope.project, 'network'),
        'ipCidrRange',
        body.ipCidrRange,
        call.path,
      );
      return changeResource(lab, call, subnetworkKind, 'expandIpCidrRange', {
        ipCidrRange: body.ipCidrRange,
        ...shapeOf(body.ipCidrRange),
      });
    },
    setPrivateIpGoogleAccess(lab, call) {
      const { privateIpGoogleAccess } = parse(
        z.looseObject({ privateIpGoogleAccess: z.boolean().default(false) }),
        call.body,
        'subnetworksSetPrivateIpGoogleAccessRequest',
      );
      return changeResource(lab, call, subnetworkKind, 'setPrivateIpGoogleAccess', { privateIpGoogleAccess });
    },
  },
});

/** Paths of a network's subnetworks. */
export function subnetworkPathsOf(store: Store, network: string): string[] {
  return subnetworksOf(store, network).map(([path]) => path);
}

/** Stores the subnetwork that a network in auto mode has in a region; `position` chooses its range. */
export function autoSubnetwork(lab: Lab, scope: Scope, network: string, position: number): void {
  const ipCidrRange = `10.${128 + position * 4}.0.0/20`;
  const name = lastPart(network);
  storeResource(lab, `${scope.path}/subnetworks/${name}`, subnetworkKind, scope, {
    ...subnetworkBody.parse({ name, network: linkOf(network), ipCidrRange }),
    name,
    ...shapeOf(ipCidrRange),
  });
}

function subnetworksOf(store: Store, network: string): [string, Subnetwork][] {
  return store
    .list('subnetworks', `projects/${network.split('/')[1] ?? ''}/`)
    .filter(([path, item]) => pathOf(item.network, path.split('/')[1] ?? '', 'network') === network);
}

/** @throws CloudProblem 400 when another subnetwork of the network has some of the range */
function checkRange(store: Store, network: string, field: string, text: string, except: string | undefined): void {
  const other = subnetworksOf(store, network).find(
    ([path, item]) =>
      path !== except && [item, ...item.secondaryIpRanges].some((each) => clash(each.ipCidrRange, text)),
  );
  if (other === undefined) return;
  throw invalid(`resource.${field}`, `'${text}' overlaps with ${other[1].ipCidrRange} of '${other[0]}'.`);
}

function clash(a: string, b: string): boolean {
  const [one, two] = [parseRange(a), parseRange(b)];
  return one !== undefined && two !== undefined && overlap(one, two);
}

function shapeOf(text: string): { gatewayAddress: string; stackType: string } {
  const range: AddressRange = parseRange(text) ?? { first: 0, prefix: 32 };
  return { gatewayAddress: addressText(range.first + 1), stackType: 'IPV4_ONLY' };
}
