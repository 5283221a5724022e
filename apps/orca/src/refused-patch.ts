import { ServiceError } from '@gennaker/contracts/error';
import type { ExecutionState } from '@gennaker/engine/model';
import { isComplete } from '@gennaker/contracts/status';
import type { Queryable } from '@gennaker/store/database';

interface Row {
  readonly data: {
    readonly events: readonly {
      readonly type: string;
      readonly stageId?: string;
      readonly user?: string;
      readonly reason?: { readonly summary: string; readonly next?: string };
    }[];
  };
}

/**
 * What became of a patch that was allowed when it was sent, and decided upon after others that came at the same moment.
 * `before`: the execution as it was when the patch was sent; `after`: as it is now.
 * @throws ServiceError 409 when the patch was refused in the end, or the stage was over by then
 */
export async function refuseOvertaken(
  client: Queryable,
  before: ExecutionState,
  after: ExecutionState,
  sent: { readonly stageId: string; readonly user: string },
): Promise<void> {
  const { rows } = await client.query<Row>({
    name: 'orca-events-since',
    text: 'select data::json from orca.events where execution_id = $1 and sequence > $2 order by sequence',
    values: [before.id, before.version],
  });
  const own = rows
    .flatMap(({ data }) => data.events)
    .filter((event) => event.stageId === sent.stageId && event.user === sent.user);
  if (own.some(({ type }) => type === 'StagePatched')) return;
  const refusal = own.find(({ type }) => type === 'StagePatchRefused')?.reason;
  if (refusal)
    throw new ServiceError(409, refusal.summary, {
      fix: refusal.next ?? 'read the execution: it has changed meanwhile',
    });
  const stage = after.stages[sent.stageId];
  // Sent twice with one key, and taken the first time.
  if (!stage || !isComplete(stage.status) || stage.lastModified?.user === sent.user) return;
  throw new ServiceError(409, `The stage "${stage.name}" was over (${stage.status}) before this could be taken`, {
    fix: 'read the execution: it has gone on',
  });
}
