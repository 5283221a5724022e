import type { cloudExecutionRoutes, cloudHoldRoutes } from '@gennaker/contracts/cloud-undo';
import { notFound, ServiceError } from '@gennaker/contracts/error';
import type { Handlers } from '@gennaker/contracts/route';
import { type HoldKeeper, type KeeperParts, release } from '../holds/keeper.ts';
import { holdView, openHolds } from '../holds/records.ts';
import { undoOfExecution, type UndoParts } from './of-execution.ts';

/** What the handlers use. */
export interface UndoHandlerParts extends UndoParts {
  readonly keeper: HoldKeeper;
  readonly keeping: KeeperParts;
}

/** Holds, and what takes back what an execution did. */
export function undoHandlers(parts: UndoHandlerParts): Handlers<typeof cloudHoldRoutes & typeof cloudExecutionRoutes> {
  const { db } = parts;
  return {
    listHolds: async ({ params }) => (await openHolds(db.pool, { application: params.application })).map(holdView),
    releaseHold: async ({ params, user }) => {
      const [hold] = await openHolds(db.pool, { id: params.id });
      if (!hold)
        throw notFound(`There is no hold ${params.id}`, {
          field: 'id',
          fix: 'it was released or made permanent; list the holds of the application',
        });
      if (hold.undo === null)
        throw new ServiceError(409, `Hold ${hold.name} of ${hold.server_group} is still being made`, {
          field: 'id',
          fix: `wait for operation ${hold.operation_id}`,
        });
      const id = hold.release_operation ?? (await release(parts.keeping, hold, user));
      if (id === null)
        throw new ServiceError(409, `Hold ${hold.name} of ${hold.server_group} could not be released`, {
          field: 'id',
          fix: 'the hold itself says why; it is tried again by itself',
        });
      return { id, resourceUri: `/task/${id}` };
    },
    executionEnded: () => void parts.keeper.look(),
    undoOfExecution: ({ params }) => undoOfExecution(parts, params.id),
  };
}
