import type { z } from 'zod';
import { addressHolders, takeAddress } from './address-pool.ts';
import { existing } from './collection.ts';
import type { Lab } from './collection.ts';
import { documents } from './document-collection.ts';
import { setLabels } from './labels.ts';
import { addressBody } from './network-schema.ts';
import { linkOf } from './path.ts';
import { CloudProblem, inUse } from './problem.ts';

const addressKind = { name: 'addresses', kind: 'compute#address' } as const;

/** Reserved addresses, global and regional. */
export const addresses = documents<'addresses', z.infer<typeof addressBody>>({
  ...addressKind,
  scopes: ['global', 'region'],
  body: addressBody,
  changes: [],
  view(lab, path, item) {
    const users = usersOfAddress(lab, path, item.address).map(linkOf);
    return { ...item, status: users.length === 0 ? 'RESERVED' : 'IN_USE', ...(users.length === 0 ? {} : { users }) };
  },
  complete(lab, call, body) {
    // An address that only forwarding rules have can be reserved: they keep it.
    const holder = addressHolders(lab.store).find(
      ({ address, path }) => address === body.address && path.includes('/addresses/'),
    );
    if (holder !== undefined) {
      throw new CloudProblem(409, 'alreadyExists', `The address ${holder.address} belongs to '${holder.path}'.`);
    }
    return {
      ...body,
      address: takeAddress(lab, 'address', body.address),
      networkTier: body.networkTier ?? (body.addressType === 'EXTERNAL' ? 'PREMIUM' : undefined),
      network: body.network && linkOf(existing(lab, call, 'network', body.network, ['networks'])),
      subnetwork: body.subnetwork && linkOf(existing(lab, call, 'subnetwork', body.subnetwork, ['subnetworks'])),
    };
  },
  removing(lab, call) {
    const [user] = usersOfAddress(lab, call.path, call.item.address);
    if (user !== undefined) throw inUse(call.path, user);
  },
  posts: { setLabels: setLabels(addressKind) },
});

function usersOfAddress(lab: Lab, path: string, address: string): string[] {
  return addressHolders(lab.store).flatMap((each) =>
    each.address === address && each.path !== path ? [each.path] : [],
  );
}
