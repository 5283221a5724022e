import type { LatencyBucket } from '@gennaker/extension-sdk/latency-histogram';
import { z } from 'zod';

const bucketOptionsSchema = z.looseObject({
  exponentialBuckets: z
    .looseObject({ numFiniteBuckets: z.number(), growthFactor: z.number(), scale: z.number() })
    .optional(),
  linearBuckets: z
    .looseObject({ numFiniteBuckets: z.number(), width: z.number(), offset: z.number().default(0) })
    .optional(),
  explicitBuckets: z.looseObject({ bounds: z.array(z.number()).default([]) }).optional(),
});

/** Google's `Distribution`: the counts are of buckets that `bucketOptions` describe; the last may be left out when empty. */
export const distributionSchema = z.looseObject({
  bucketOptions: bucketOptionsSchema.default({}),
  bucketCounts: z.array(z.coerce.number()).default([]),
});
export type Distribution = z.output<typeof distributionSchema>;

/** A distribution of latencies as buckets that say themselves where they begin and end. Empty ones are left out. */
export function latencyBuckets({ bucketOptions, bucketCounts }: Distribution): LatencyBucket[] {
  const upper = boundsOf(bucketOptions);
  return bucketCounts.flatMap((count, i) => {
    if (count === 0) return [];
    const from = i === 0 ? 0 : Math.max(0, upper(i - 1));
    return [{ from, to: Math.max(from, upper(i)), count }];
  });
}

/** Upper bound of bucket `i`; Infinity for the last. */
function boundsOf({ exponentialBuckets, linearBuckets, explicitBuckets }: Distribution['bucketOptions']) {
  if (exponentialBuckets) {
    const { numFiniteBuckets, growthFactor, scale } = exponentialBuckets;
    return (i: number): number => (i <= numFiniteBuckets ? scale * growthFactor ** i : Number.POSITIVE_INFINITY);
  }
  if (linearBuckets) {
    const { numFiniteBuckets, width, offset } = linearBuckets;
    return (i: number): number => (i <= numFiniteBuckets ? offset + width * i : Number.POSITIVE_INFINITY);
  }
  const bounds = explicitBuckets?.bounds ?? [];
  return (i: number): number => bounds[i] ?? Number.POSITIVE_INFINITY;
}
