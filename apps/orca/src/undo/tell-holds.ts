import { HOLD_KEY } from '@gennaker/contracts/holds';
import type { clouddriverApi } from '@gennaker/contracts/clouddriver';
import type { Client } from '@gennaker/contracts/route';
import type { ExecutionState } from '@gennaker/engine/model';
import type { Logger } from 'pino';

/** Tells clouddriver that an execution which held something has ended. Untold, clouddriver finds out by itself. */
export function tellHolds(
  clouddriver: Pick<Client<typeof clouddriverApi>, 'executionEnded'>,
  log: Pick<Logger, 'info'>,
): (state: ExecutionState) => void {
  return (state) => {
    if (!Object.values(state.stages).some(({ context }) => HOLD_KEY in context)) return;
    clouddriver
      .executionEnded({ params: { id: state.id } })
      .catch((error: unknown) => log.info({ err: error, execution: state.id }, 'clouddriver was not told of an end'));
  };
}
