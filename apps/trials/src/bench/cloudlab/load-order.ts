import { z } from 'zod';

/** A load to put on, as its process is told. */
export const loadOrder = z.strictObject({
  /** `host:port` each; requests go round. */
  to: z.array(z.string().regex(/^[\d.]+:\d+$/, 'is no host:port')).min(1),
  /** Requests a second. */
  rate: z.number().positive(),
  /** It ends after this many, or by SIGTERM. */
  seconds: z.number().positive(),
  /** Whether connections are used again; else each request has its own. */
  kept: z.boolean(),
  /** Connections at a time at most; a request that finds none free waits, and its time runs. */
  connections: z.number().int().positive().default(64),
  /** First seconds whose times are not told; their failures are. */
  warmUpSeconds: z.number().nonnegative().default(0),
  /** Requests go round these, each over all of `to`. */
  paths: z.array(z.string().startsWith('/')).min(1).default(['/']),
});

/** What a load measured, as its process tells it. */
export const loadResult = z.object({
  /** Requests that were sent. */
  count: z.number(),
  failed: z.number(),
  /** Milliseconds from when a request was due to the end of its answer. */
  p50: z.number(),
  p99: z.number(),
  /** Failed requests by what went wrong. */
  why: z.record(z.string(), z.number()),
  /** Answers by `PATH TEXT`. */
  answers: z.record(z.string(), z.number()),
});
/** @see loadResult */
export type LoadResult = z.infer<typeof loadResult>;
