import { z } from 'zod';
import { cpuSeconds } from '../cpu.ts';
import type { LoopResult } from '../closed-loop.ts';

/** What a peer's process is told: where its stores are, whose CPU counts with its own, and how much to do. */
export const peerOptions = z.object({
  databaseUrl: z.string(),
  redisUrl: z.string(),
  pids: z.array(z.number()),
  inFlight: z.number(),
  count: z.number(),
});
export type PeerOptions = z.infer<typeof peerOptions>;

/** What a peer's process reports. */
export const measured = z.object({
  stages: z.number(),
  ms: z.number(),
  cpuSeconds: z.number(),
  /** Durations of single pieces of work, or latenesses, ms. */
  took: z.array(z.number()),
});
export type Measured = z.infer<typeof measured>;

/** Measures a loop: its time, and the CPU of this process and of its servers. */
export async function measure(
  options: PeerOptions,
  stagesEach: number,
  loop: () => Promise<LoopResult>,
): Promise<Measured> {
  const pids = [...options.pids, process.pid];
  const before = cpuSeconds(pids);
  const { ms, took } = await loop();
  return { stages: options.count * stagesEach, ms, cpuSeconds: cpuSeconds(pids) - before, took: [...took] };
}
