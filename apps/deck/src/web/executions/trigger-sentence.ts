import type { ExecutionView } from '@gennaker/contracts/execution';
import { triggerUis } from '@gennaker/triggers/ui';

/** What started an execution, as a short sentence: `Jenkins hello #2`, `Started by hand`. */
export function triggerSentence(execution: Pick<ExecutionView, 'trigger'>): string {
  const { trigger } = execution;
  const ui = triggerUis.find(({ type }) => type === trigger.type);
  return ui ? ui.sentence(trigger) : `Started by ${trigger.type}`;
}

/** Who started an execution. */
export function startedBy(execution: Pick<ExecutionView, 'trigger' | 'authentication'>): string {
  return execution.trigger.user ?? execution.authentication?.user ?? 'anonymous';
}
