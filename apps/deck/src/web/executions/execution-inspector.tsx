import type { ExecutionView, StageView } from '@gennaker/contracts/execution';
import { Note, ReasonNote } from '@gennaker/ui/panels';
import { executionLook } from '@gennaker/ui/status';
import { StageDetails } from './stage-details.tsx';

/** Why the execution as a whole is as it is, and the details of one stage. */
export function ExecutionInspector({
  execution,
  stage,
  past = false,
  explained = false,
}: {
  readonly execution: ExecutionView;
  readonly stage: StageView | undefined;
  /** The execution is shown as it was: nothing can be done with it. */
  readonly past?: boolean;
  /** Why the execution is as it is stands elsewhere on the page. */
  readonly explained?: boolean;
}) {
  return (
    <div className="inspector">
      {explained ? null : execution.canceled || execution.status === 'CANCELED' ? (
        <Note
          look="canceled"
          title={`Canceled by ${execution.canceledBy ?? 'an unknown caller'}`}
          why={execution.cancellationReason ? `Reason: ${execution.cancellationReason}` : 'No reason was given.'}
        />
      ) : execution.reason ? (
        <ReasonNote reason={execution.reason} look={executionLook(execution)} />
      ) : null}
      {stage ? <StageDetails key={stage.id} execution={execution} stage={stage} past={past} /> : null}
    </div>
  );
}
