import { z } from 'zod';

const count = z.number().int().min(0);

/** Instances by their state. */
const countsSchema = z.object({
  total: count,
  up: count,
  down: count,
  starting: count,
  outOfService: count,
  unknown: count,
});
const lastPush = z.number().optional().describe('when its newest server group was made, epoch milliseconds');

/** One cluster of a project's configuration, and what serves in it. */
export const projectClusterSchema = z.object({
  account: z.string(),
  stack: z.string(),
  detail: z.string(),
  instanceCounts: countsSchema,
  applications: z.array(
    z.object({
      application: z.string(),
      lastPush,
      clusters: z
        .array(
          z.object({
            region: z.string(),
            lastPush,
            instanceCounts: countsSchema,
            builds: z.array(
              z.object({
                buildNumber: z.string().describe('0: the image tells of no build'),
                job: z.string().optional(),
                host: z.string().optional(),
                deployed: z.number().describe('epoch milliseconds'),
                images: z.array(z.string()),
              }),
            ),
          }),
        )
        .describe('by region'),
    }),
  ),
});
export type ProjectCluster = z.infer<typeof projectClusterSchema>;
