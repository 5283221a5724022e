import type { ExecutionView } from '@gennaker/contracts/execution';
import { triggerUis } from '@gennaker/triggers/ui';

/** What started an execution, as a short sentence: `Jenkins hello #2`, `Started by hand`. */
export function triggerSentence(execution: Pick<ExecutionView, 'trigger'>): string {
  const { trigger } = execution;
  const ui = triggerUis.find(({ type }) => type === trigger.type);
  return ui ? ui.sentence(trigger) : `Started by ${trigger.type}`;
}

/** What a list calls an execution: a task by its name, one of a pipeline by what started it. */
export function listName(execution: Pick<ExecutionView, 'type' | 'name' | 'trigger'>): string {
  return execution.type === 'ORCHESTRATION' ? execution.name : triggerSentence(execution);
}

/** Who started an execution. */
export function startedBy(execution: Pick<ExecutionView, 'trigger' | 'authentication'>): string {
  return execution.trigger.user ?? execution.authentication?.user ?? 'anonymous';
}
