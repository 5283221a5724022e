import { z } from 'zod';
import { isRange } from './address-range.ts';
import { labels, named, reference, resourceName, whole } from './resource.ts';
import type { Resource } from './resource.ts';

/** An IPv4 range such as `10.0.0.0/24`, its host bits zero. */
const range = z
  .string()
  .refine(isRange, 'must be an IPv4 range such as 10.0.0.0/24, with every bit behind the prefix zero');

/** Body of networks.insert. */
export const networkBody = named.extend({
  autoCreateSubnetworks: z.boolean().default(true),
  mtu: whole.min(1300).max(8896).default(1460),
  routingConfig: z
    .looseObject({ routingMode: z.enum(['REGIONAL', 'GLOBAL']).default('REGIONAL') })
    .default({ routingMode: 'REGIONAL' }),
  IPv4Range: z.undefined('legacy networks are gone; use subnetworks').optional(),
});
/** A network. */
export type Network = Resource & z.infer<typeof networkBody>;

/** Body of subnetworks.insert. */
export const subnetworkBody = named.extend({
  network: reference,
  ipCidrRange: range.refine((text) => Number(text.split('/')[1]) <= 29, 'must have at least 8 addresses (/29)'),
  privateIpGoogleAccess: z.boolean().default(false),
  purpose: z.enum(['PRIVATE', 'REGIONAL_MANAGED_PROXY']).default('PRIVATE'),
  role: z.enum(['ACTIVE', 'BACKUP']).optional(),
  secondaryIpRanges: z.array(z.looseObject({ rangeName: resourceName, ipCidrRange: range })).default([]),
  fingerprint: z.string().optional(),
});
/** A subnetwork. Instances get their addresses from this cloud's own pool; the range is kept as it was given. */
export type Subnetwork = Resource & z.infer<typeof subnetworkBody>;

const ports = z
  .string()
  .regex(/^\d{1,5}(-\d{1,5})?$/, 'must be a port such as "80" or a range such as "80-90"')
  .refine((text) => {
    const [from = 0, to = from] = text.split('-').map(Number);
    return to <= 65_535 && from <= to;
  }, 'must lie from 0 to 65535, its lower end first');
const PORTED = ['tcp', 'udp', 'sctp', '6', '17', '132'];
const traffic = z.array(
  z
    .looseObject({
      IPProtocol: z
        .string()
        .transform((text) => text.toLowerCase())
        .pipe(
          z
            .string()
            .regex(
              /^(tcp|udp|icmp|esp|ah|sctp|ipip|all|\d{1,3})$/,
              'must be tcp, udp, icmp, esp, ah, sctp, ipip, all or a protocol number',
            ),
        ),
      ports: z.array(z.coerce.string().pipe(ports)).optional(),
    })
    .refine(({ IPProtocol, ports: given }) => given === undefined || PORTED.includes(IPProtocol), {
      path: ['ports'],
      message: 'only tcp, udp and sctp have ports',
    }),
);
const tags = z.array(resourceName).max(70, 'at most 70 tags');
const ranges = z.array(range).max(5000);

/** Body of firewalls.insert and update. */
export const firewallBody = named.extend({
  network: reference.default('global/networks/default'),
  priority: whole.min(0).max(65_535).default(1000),
  direction: z.enum(['INGRESS', 'EGRESS']).default('INGRESS'),
  sourceRanges: ranges.optional(),
  destinationRanges: ranges.optional(),
  sourceTags: tags.optional(),
  targetTags: tags.optional(),
  allowed: traffic.optional(),
  denied: traffic.optional(),
  disabled: z.boolean().default(false),
  sourceServiceAccounts: z.undefined('this cloud has no service accounts; use tags').optional(),
  targetServiceAccounts: z.undefined('this cloud has no service accounts; use tags').optional(),
});
/** A firewall rule. */
export type Firewall = Resource & z.infer<typeof firewallBody>;

/** Body of addresses.insert. */
export const addressBody = named.extend({
  address: z.string().optional(),
  addressType: z.enum(['EXTERNAL', 'INTERNAL']).default('EXTERNAL'),
  ipVersion: z.enum(['IPV4'], 'this cloud has IPv4 only').optional(),
  networkTier: z.enum(['PREMIUM', 'STANDARD']).optional(),
  purpose: z.enum(['GCE_ENDPOINT', 'SHARED_LOADBALANCER_VIP']).optional(),
  network: reference.optional(),
  subnetwork: reference.optional(),
  labels: labels.optional(),
});
/** A reserved address. */
export type Address = Resource & z.infer<typeof addressBody> & { readonly address: string };
