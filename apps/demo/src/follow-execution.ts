import { setTimeout as delay } from 'node:timers/promises';
import { ServiceError } from '@gennaker/contracts/error';
import type { Client } from '@gennaker/contracts/route';
import type { ExecutionView, StageView } from '@gennaker/contracts/execution';
import type { gateApi } from '@gennaker/contracts/gate';
import { isComplete } from '@gennaker/contracts/status';

const POLL_MS = 250;
const OUTAGE_MS = 60_000;

/** What the demo does when a top-level stage changes its status. */
export type OnStage = (stage: StageView, execution: ExecutionView) => Promise<void>;

/**
 * Watches an execution until it ends, telling each change of a stage.
 * @throws Error with the reasons when it does not succeed or takes longer than `timeoutMs`
 */
export async function followExecution(
  gate: Client<typeof gateApi>,
  id: string,
  options: { readonly timeoutMs: number; say(line: string): void; readonly onStage?: OnStage },
): Promise<ExecutionView> {
  const told = new Map<string, string>();
  const until = Date.now() + options.timeoutMs;
  for (;;) {
    const execution = await patiently(() => gate.getExecution({ params: { id } }), options.say);
    for (const stage of execution.stages) {
      if (stage.parentStageId || told.get(stage.id) === stage.status || stage.status === 'NOT_STARTED') continue;
      told.set(stage.id, stage.status);
      options.say(`  ${stage.name}: ${stage.status}${why(stage)}`);
      await options.onStage?.(stage, execution);
    }
    if (execution.status === 'SUCCEEDED') return execution;
    if (isComplete(execution.status))
      throw new Error(`The pipeline ended ${execution.status}: ${whyOf(execution) || 'no stage says why'}`);
    if (Date.now() > until)
      throw new Error(`The pipeline did not end within ${options.timeoutMs / 1000} s: ${whyOf(execution)}`);
    await delay(POLL_MS);
  }
}

/** Makes a call that may be repeated; while nobody answers, as when the services are started again, it is tried for a minute. */
export async function patiently<T>(call: () => Promise<T>, say: (line: string) => void): Promise<T> {
  const until = Date.now() + OUTAGE_MS;
  for (let attempt = 0; ; attempt++) {
    try {
      return await call();
    } catch (error) {
      const away = error instanceof ServiceError && [502, 503, 504].includes(error.status);
      if (!away || Date.now() > until) throw error;
      if (attempt === 0) say(`  (${error.message}; trying again)`);
      await delay(2 * POLL_MS);
    }
  }
}

function why(stage: StageView): string {
  const summary = reasonOf(stage);
  return summary && stage.status !== 'SUCCEEDED' ? ` - ${summary}` : '';
}

function reasonOf(stage: StageView): string | undefined {
  return stage.reason?.summary ?? stage.tasks.findLast((task) => task.reason)?.reason?.summary;
}

/** Why an execution ended badly, or what it waits for, by stage; the reason of a stage quotes those of its parts. Empty when none says. */
export function whyOf({ stages }: ExecutionView): string {
  const told = (statuses: readonly string[], how: string): string[] =>
    stages
      .filter(({ status, parentStageId }) => !parentStageId && statuses.includes(status))
      .map((stage) => `${stage.name}${how}: ${reasonOf(stage) ?? stage.status}`);
  const problems = told(['TERMINAL', 'CANCELED', 'STOPPED'], '');
  return (problems.length > 0 ? problems : told(['RUNNING'], ' waits')).join('; ');
}
