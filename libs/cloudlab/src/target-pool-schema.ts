import { z } from 'zod';
import { named, reference } from './resource.ts';
import type { Resource } from './resource.ts';

/** Body of targetPools.insert. */
export const targetPoolBody = named.extend({
  healthChecks: z.array(reference).max(1, 'a target pool has at most one health check').default([]),
  instances: z.array(reference).default([]),
  sessionAffinity: z.enum(['NONE', 'CLIENT_IP', 'CLIENT_IP_PROTO']).default('NONE'),
  backupPool: z.undefined('this cloud has no backup pools; leave it out').optional(),
  failoverRatio: z.undefined('this cloud has no backup pools; leave it out').optional(),
});
/** A target pool. */
export type TargetPool = Resource & z.infer<typeof targetPoolBody>;
