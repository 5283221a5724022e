import { z } from 'zod';

/** Why a request counts as failed. `late`: it took longer than a second. */
export const FAILURES = ['refused', 'reset', 'late', 'wrong-status', 'wrong-body', 'other'] as const;

/** One request, as the traffic client reports it: a line of JSON. Times are epoch milliseconds. */
export const requestRecordSchema = z.object({
  sentAt: z.number(),
  endedAt: z.number(),
  /** Who answered, also of an answer that counts as failed. */
  version: z.string().optional(),
  failure: z.enum(FAILURES).optional(),
  detail: z.string().optional(),
  /** Did it open a connection of its own? */
  opened: z.boolean(),
});
export type RequestRecord = z.infer<typeof requestRecordSchema>;

/** What a set of requests amounts to. */
export interface TrafficSummary {
  readonly requests: number;
  readonly failed: number;
  /** Requests a second, from the first to the last one. */
  readonly rate: number;
  readonly connections: number;
  readonly byVersion: Readonly<Record<string, number>>;
  readonly byFailure: Readonly<Record<string, number>>;
  /** 99th percentile and longest time, ms. */
  readonly p99: number;
  readonly longest: number;
}

/** Adds up requests. */
export function summarize(records: readonly RequestRecord[]): TrafficSummary {
  const byVersion: Record<string, number> = {};
  const byFailure: Record<string, number> = {};
  for (const { version, failure } of records) {
    if (failure) byFailure[failure] = (byFailure[failure] ?? 0) + 1;
    else if (version) byVersion[version] = (byVersion[version] ?? 0) + 1;
  }
  const times = records.map((r) => r.endedAt - r.sentAt).toSorted((a, b) => a - b);
  const sent = records.map((r) => r.sentAt).toSorted((a, b) => a - b);
  const seconds = ((sent.at(-1) ?? 0) - (sent[0] ?? 0)) / 1000;
  return {
    requests: records.length,
    failed: records.filter((r) => r.failure).length,
    rate: seconds > 0 ? (records.length - 1) / seconds : 0,
    connections: records.filter((r) => r.opened).length,
    byVersion,
    byFailure,
    p99: times[Math.floor(times.length * 0.99)] ?? 0,
    longest: times.at(-1) ?? 0,
  };
}

/** Requests that were sent at or after `time` and answered by `version`. */
export function answeredBy(records: readonly RequestRecord[], version: string, time: number): number {
  return records.filter((r) => r.version === version && r.sentAt >= time).length;
}
