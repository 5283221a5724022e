import { z } from 'zod';
import { SCHEMES } from './backend-service-schema.ts';
import { labels, named, reference } from './resource.ts';
import type { Resource } from './resource.ts';

const ports = z.string().regex(/^\d{1,5}(-\d{1,5})?$/, 'must be a port such as "80" or a range such as "80-90"');

/** Body of forwardingRules.insert. */
export const forwardingRuleBody = named.extend({
  IPAddress: z.string().optional(),
  IPProtocol: z.enum(['TCP', 'UDP'], 'this cloud balances TCP and UDP').default('TCP'),
  portRange: ports.optional(),
  ports: z.array(z.coerce.string().pipe(ports)).max(5, 'at most five ports').optional(),
  allPorts: z.boolean().optional(),
  target: reference.optional(),
  backendService: reference.optional(),
  loadBalancingScheme: z.enum(SCHEMES, `must be one of ${SCHEMES.join(', ')}`).default('EXTERNAL'),
  network: reference.optional(),
  subnetwork: reference.optional(),
  networkTier: z.enum(['PREMIUM', 'STANDARD']).default('PREMIUM'),
  allowGlobalAccess: z.boolean().optional(),
  labels: labels.optional(),
});
/** A forwarding rule. */
export type ForwardingRule = Resource & z.infer<typeof forwardingRuleBody> & { readonly IPAddress: string };
