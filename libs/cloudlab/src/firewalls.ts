import type { z } from 'zod';
import { existing } from './collection.ts';
import { documents } from './document-collection.ts';
import { firewallBody } from './network-schema.ts';
import { linkOf } from './path.ts';
import { invalid } from './problem.ts';

type Body = z.infer<typeof firewallBody>;

/** Firewall rules of networks. */
export const firewalls = documents<'firewalls', Body>({
  name: 'firewalls',
  kind: 'compute#firewall',
  scopes: ['global'],
  aggregated: false,
  body: firewallBody,
  changes: ['patch', 'update'],
  fixed: ['direction'],
  complete(lab, call, body) {
    checkDirection(body);
    const allowed = listed(body.allowed);
    const denied = listed(body.denied);
    if ((allowed === undefined) === (denied === undefined)) {
      throw invalid(
        allowed === undefined ? 'resource.allowed' : 'resource.denied',
        "give either 'allowed' or 'denied', with at least one protocol.",
      );
    }
    return {
      ...body,
      allowed,
      denied,
      network: linkOf(existing(lab, call, 'network', body.network, ['networks'])),
      ...everywhere(body),
    };
  },
});

function checkDirection(body: Body): void {
  if (body.direction === 'INGRESS') return;
  for (const field of ['sourceRanges', 'sourceTags'] as const) {
    if ((body[field]?.length ?? 0) > 0) {
      throw invalid(`resource.${field}`, 'an EGRESS rule names destinations; use destinationRanges.');
    }
  }
}

/** What a rule without any source or destination is about: everything. */
function everywhere(body: Body): { sourceRanges?: string[]; destinationRanges?: string[] } {
  const all = ['0.0.0.0/0'];
  if (body.direction === 'EGRESS') {
    return { destinationRanges: listed(body.destinationRanges) ?? all };
  }
  const sources = listed(body.sourceRanges);
  if (sources !== undefined) return { sourceRanges: sources };
  return (body.sourceTags?.length ?? 0) > 0 ? {} : { sourceRanges: all };
}

function listed<T>(list: T[] | undefined): T[] | undefined {
  return list === undefined || list.length === 0 ? undefined : list;
}
