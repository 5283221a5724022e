import { ServiceError } from '@gennaker/contracts/error';
import type { ExecutionState } from '@gennaker/engine/model';
import { type MailParts, sendMail } from '../send-mail.ts';
import { parentOf } from './parents.ts';

/** A child has ended: the stage that started it looks at once. Repeated, it is told once; untold, its slow poll finds out. */
export async function tellParent(parts: MailParts, state: ExecutionState): Promise<void> {
  const parent = parentOf(state.trigger);
  if (parent?.stageId === undefined) return;
  try {
    await sendMail(
      parts,
      parent.id,
      { type: 'Wake', stageId: parent.stageId, cause: `the pipeline "${state.name}" ended ${state.status}` },
      { trace: '', key: `child:${state.id}:${state.version}`, wait: false },
    );
  } catch (error) {
    // Its parent is of another system, or was removed.
    if (!(error instanceof ServiceError) || error.status !== 404) throw error;
  }
}
