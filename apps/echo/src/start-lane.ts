import { createHash } from 'node:crypto';

/** How many starts are handed to orca at the same time. */
const LANES = 8;

/** A pipeline, as far as the order of its starts goes. */
interface Ordered {
  readonly id: string;
  readonly [key: string]: unknown;
}

/**
 * The lane in which a start waits for orca: lanes go side by side, and within one the order stays. The starts of a pipeline
 * that runs only so many at a time share a lane, as with them the last to come is the last to run; of any other pipeline no start
 * waits for another.
 */
export function startLane(pipeline: Ordered, executionId: string): string {
  const { id, limitConcurrent, maxConcurrentExecutions } = pipeline;
  const inOrder = limitConcurrent === true || limitConcurrent === 'true' || Number(maxConcurrentExecutions ?? 0) > 0;
  const hash = createHash('sha256')
    .update(inOrder ? id : executionId)
    .digest();
  return `orca-${(hash[0] ?? 0) % LANES}`;
}
