import type { StageView } from '@gennaker/contracts/execution';
import { object, text } from '@gennaker/ui/stage-ui';

/** The operation that a stage submitted last, where it failed; undefined where it did not, or submitted none. */
export function failedOperationOf({ status, context }: StageView): string | undefined {
  if (status !== 'TERMINAL' && status !== 'STOPPED' && status !== 'FAILED_CONTINUE') return undefined;
  return text(object(context['kato.last.task.id'])['id']) || undefined;
}
