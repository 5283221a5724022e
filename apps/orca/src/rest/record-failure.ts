import { graphProblems } from '@gennaker/contracts/pipeline-graph';
import type { ExecutionState } from '@gennaker/engine/model';
import { inTransaction } from '@gennaker/store/database';
import type { MailParts } from '../send-mail.ts';
import { insertExecutions } from '../starter.ts';
import { prepareExecution, type StartRequest } from '../start-execution.ts';

/** Stores a start that failed as an ended execution that says why, so that its pipeline's history shows it. Answers its id. */
export async function recordFailure(parts: MailParts, request: StartRequest, why: string): Promise<string> {
  const { correlationId, ...trigger } = request.trigger;
  const { executionId: _asked, ...document } = request.document;
  const prepared = prepareExecution({
    ...request,
    document,
    // One that runs may have the id.
    trigger: correlationId === undefined ? trigger : { ...trigger, failedCorrelationId: correlationId },
    stages: graphProblems(request.stages).length > 0 ? [] : request.stages,
    key: request.key === undefined ? undefined : `failed:${request.key}`,
  });
  const ended: Pick<
    ExecutionState,
    'status' | 'endTime' | 'canceled' | 'canceledBy' | 'cancellationReason' | 'reason'
  > = {
    status: 'TERMINAL',
    endTime: request.now,
    canceled: true,
    canceledBy: 'system',
    cancellationReason: `Failed on startup: ${why}`,
    reason: { summary: `Failed on startup: ${why}`, next: 'correct the pipeline or its trigger, then start it again' },
  };
  const { id } = await inTransaction(parts.db, async (client) => {
    const [started] = await insertExecutions(client, [
      {
        ...prepared,
        state: { ...prepared.state, ...ended },
        event: { ...prepared.event, execution: { ...prepared.event.execution, ...ended } },
        queued: true,
      },
    ]);
    if (started?.fresh)
      await client.query('update orca.executions set complete = true, end_time = $2 where id = $1', [
        started.id,
        request.now,
      ]);
    return started ?? { id: prepared.state.id };
  });
  parts.orchestrator.announce(id);
  return id;
}
