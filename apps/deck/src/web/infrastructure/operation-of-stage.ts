import type { StageView } from '@gennaker/contracts/execution';
import { STATUS_FACTS } from '@gennaker/contracts/status';
import { object, text } from '@gennaker/ui/stage-ui';

/** The operation that a stage submitted last, where the stage failed or was canceled, and the operation may have failed; undefined where it did not, or submitted none. */
export function failedOperationOf({ status, context }: StageView): string | undefined {
  if (!STATUS_FACTS[status].failure && status !== 'CANCELED') return undefined;
  return text(object(context['kato.last.task.id'])['id']) || undefined;
}
