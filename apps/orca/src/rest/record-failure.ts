import { graphProblems } from '@gennaker/contracts/pipeline-graph';
import type { EngineEvent } from '@gennaker/engine/events';
import { evolve } from '@gennaker/engine/evolve';
import type { ExecutionState } from '@gennaker/engine/model';
import { inTransaction } from '@gennaker/store/database';
import type { MailParts } from '../send-mail.ts';
import { storable } from '../storable.ts';
import { insertExecutions } from '../start-part.ts';
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
  const summary = `Failed on startup: ${why}`;
  const reason = storable({ summary, next: 'correct the pipeline or its trigger, then start it again' });
  const events: EngineEvent[] = [
    { type: 'CancelRequested', user: 'system', reason: reason.summary, sequence: 2, at: request.now },
    { type: 'ExecutionCompleted', status: 'TERMINAL', reason, sequence: 3, at: request.now },
  ];
  const state = events.reduce<ExecutionState>(evolve, prepared.state);
  const { id } = await inTransaction(parts.db, async (client) => {
    const [started] = await insertExecutions(client, [{ ...prepared, state, queued: true }]);
    if (!started?.fresh) return started ?? { id: state.id };
    await client.query('update orca.executions set complete = true, end_time = $2 where id = $1', [
      started.id,
      request.now,
    ]);
    await client.query(
      `insert into orca.events (execution_id, sequence, application, pipeline_config_id, trace, data, ended)
       select id, 2, application, pipeline_config_id, trace, $2, true from orca.executions where id = $1`,
      [started.id, JSON.stringify({ inputs: [], events })],
    );
    return started;
  });
  parts.orchestrator.announce(id);
  return id;
}
