import type { ExecutionEvent, ExecutionView } from '@gennaker/contracts/execution';
import type { orcaApi } from '@gennaker/contracts/orca';
import type { Client } from '@gennaker/contracts/route';
import { artifactsOfExecution } from '@gennaker/extension-sdk/execution-artifacts';
import type { Echo } from '../echo.ts';
import { matchStored, type OwnEvent, storeEvents } from '../events/store-events.ts';
import type { ExecutionEventListener } from '../execution-events/execution-event-reader.ts';
import { pipelinesFor } from '../match-event.ts';
import { unless404 } from '../unless-404.ts';

/** Time between two looks for pipelines that wait for the end of others, ms: many ends share one. */
const LOOK_EVERY_MS = 250;

/**
 * Makes an event of the end of every execution whose pipeline another one waits for; the same end is one event. Ends that
 * nobody waits for leave no trace.
 */
export function endedExecutions(
  echo: Echo,
  orca: Pick<Client<typeof orcaApi>, 'getExecution'>,
): ExecutionEventListener {
  const awaited = awaitedPipelines(echo);
  let stored: string[] = [];
  return {
    name: 'pipeline-triggers',
    types: ['ExecutionCompleted'],
    async take(ended) {
      const { executionId, pipelineConfigId, at } = ended;
      if (pipelineConfigId === undefined || !(await awaited(pipelineConfigId, at))) return undefined;
      const execution = await unless404(orca.getExecution({ params: { id: executionId } }));
      if (!execution) return undefined;
      const event = endEvent(execution, pipelineConfigId, ended);
      return async (client) => {
        stored = await storeEvents(client, echo.clock.now(), [event]);
      };
    },
    committed: () => {
      void matchStored(echo, stored.splice(0));
    },
  };
}

/**
 * Does a pipeline wait for the end of that with this id? Answers for the pipelines as they were at `at` (epoch ms) or later,
 * so that a trigger that was saved before an end is not missed.
 */
function awaitedPipelines(echo: Echo): (id: string, at: number) => Promise<boolean> {
  let known: { readonly at: number; readonly ids: ReadonlySet<unknown> } | undefined;
  return async (id, at) => {
    if (known === undefined || known.at < at) {
      const early = known === undefined ? 0 : known.at + LOOK_EVERY_MS - echo.clock.now();
      if (early > 0) await new Promise<void>((resolve) => echo.clock.after(early, resolve));
      const now = echo.clock.now();
      const pipelines = await pipelinesFor(echo, ['pipeline']);
      const ids = pipelines.flatMap(({ triggers }) =>
        (triggers ?? []).flatMap((trigger) => (trigger.type === 'pipeline' ? [trigger['pipeline']] : [])),
      );
      known = { at: now, ids: new Set(ids) };
    }
    return known.ids.has(id);
  };
}

/** A restarted execution ends again: the place in its history tells one end from another. */
function endEvent(execution: ExecutionView, pipelineId: string, { sequence, data }: ExecutionEvent): OwnEvent {
  const { id, application, name, trigger } = execution;
  return {
    type: 'pipeline',
    source: application,
    key: `execution:${id}:${sequence}`,
    content: {
      executionId: id,
      application,
      pipelineId,
      pipeline: name,
      // It may run again already.
      status: data['status'] ?? execution.status,
      ...(typeof trigger['dryRun'] === 'boolean' ? { dryRun: trigger['dryRun'] } : {}),
      artifacts: artifactsOfExecution(execution),
    },
  };
}
