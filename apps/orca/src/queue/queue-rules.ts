import type { Reason } from '@gennaker/contracts/execution';

/** How many executions of a pipeline may run at once, and what becomes of those that wait. */
export interface QueueRules {
  readonly configId: string;
  readonly application: string;
  readonly name: string;
  readonly limit: number;
  /** True: all that wait get their turn, in order. False: only the newest does, the others are cancelled. */
  readonly keepWaiting: boolean;
}

type Document = Readonly<Record<string, unknown>>;

/**
 * The rules that a pipeline's document asks for; undefined when it may run without limit. `limitConcurrent` (one at a
 * time) goes before `maxConcurrentExecutions`.
 */
export function queueRules(application: string, name: string, document: Document): QueueRules | undefined {
  const configId = document['id'];
  if (typeof configId !== 'string' || configId === '') return undefined;
  const most = Number(document['maxConcurrentExecutions'] ?? 0);
  const limit = isTrue(document['limitConcurrent']) ? 1 : Number.isInteger(most) && most > 0 ? most : 0;
  if (limit === 0) return undefined;
  return { configId, application, name, limit, keepWaiting: isTrue(document['keepWaitingPipelines']) };
}

/** A flag as documents have it: Spinnaker posts some as text. */
export function isTrue(value: unknown): boolean {
  return value === true || value === 'true';
}

/** Why an execution waits for a slot. */
export function waitingReason(rules: QueueRules, running: readonly string[], ahead: number): Reason {
  const most = rules.limit === 1 ? 'one execution' : `${rules.limit} executions`;
  return {
    summary: `Waits for its turn: at most ${most} of "${rules.name}" may run at once${ahead > 0 ? `, and ${ahead} waited before it` : ''}`,
    evidence: { limit: rules.limit, running: [...running], ahead },
    next: rules.keepWaiting
      ? 'it begins when those before it have ended'
      : 'it begins when one of these ends, unless a newer one comes to wait: then that one begins in its place',
  };
}
