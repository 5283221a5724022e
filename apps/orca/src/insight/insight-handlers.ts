import { ServiceError } from '@gennaker/contracts/error';
import type { ExecutionEvent } from '@gennaker/contracts/execution';
import type { orcaInsightRoutes } from '@gennaker/contracts/orca-insight';
import type { Handlers } from '@gennaker/contracts/route';
import type { EngineEvent } from '@gennaker/engine/events';
import { compare } from '@gennaker/engine/insight/compare';
import { explain } from '@gennaker/engine/insight/explain';
import { predict } from '@gennaker/engine/insight/predict';
import { stateAt } from '@gennaker/engine/insight/state-at';
import { executionView } from '@gennaker/engine/view';
import type { Database } from '@gennaker/store/database';
import { readExecution } from '../rows.ts';
import type { World } from '../world.ts';
import { finishedRuns } from './finished-runs.ts';
import { planDocument } from './plan.ts';
import { previewStages } from './preview-stages.ts';
import { heldBack, placeInLine, waitingLines } from './queue-lines.ts';

/** What insight reads from. */
interface InsightParts {
  readonly db: Database;
  readonly world: World;
  readonly orchestrator: { readonly feed: { history(executionId: string): Promise<ExecutionEvent[]> } };
}

/** An event as the engine knows it. */
function engineEvent({ data, type, sequence, at }: ExecutionEvent): EngineEvent {
  return { ...data, type, sequence, at } as unknown as EngineEvent;
}

/** Replay, comparison, explanation, prediction, queues and plans. */
export function insightHandlers(parts: InsightParts): Handlers<typeof orcaInsightRoutes> {
  const { db, world, orchestrator } = parts;
  return {
    stateAt: async ({ params, query }) => {
      const now = await readExecution(db.pool, params.id);
      const state = stateAt((await orchestrator.feed.history(params.id)).map(engineEvent), query.at);
      if (!state)
        throw new ServiceError(404, `The execution ${params.id} has had no event ${query.at}`, {
          field: 'at',
          fix: `give a number from 1 to ${now.version}`,
        });
      return executionView(state);
    },
    explain: async ({ params }) => {
      const [state, queue, held] = await Promise.all([
        readExecution(db.pool, params.id),
        placeInLine(db.pool, params.id),
        heldBack(db.pool, params.id),
      ]);
      return explain(state, { now: world.clock.now(), queue, held });
    },
    predict: async ({ params }) => {
      const state = await readExecution(db.pool, params.id);
      return predict(state, await finishedRuns(db.pool, state.pipelineConfigId, state.id), world.clock.now());
    },
    compare: async ({ query }) => {
      const [a, b] = await Promise.all([readExecution(db.pool, query.a), readExecution(db.pool, query.b)]);
      return compare(a, b);
    },
    queues: ({ query }) => waitingLines(db.pool, query.application),
    planOf: ({ body, query, user, identity, signal, traceparent }) =>
      planDocument(parts, body, { user, ...query, asking: { by: identity, signal, traceparent } }),
    previewStages: ({ body, identity, traceparent, signal }) =>
      previewStages(world, { application: body.application, stages: body.job, by: identity, traceparent, signal }),
    planOfStored: async ({ params, body, query, user, identity, signal, traceparent }) => {
      const pipeline = await world.ports.front50.getPipeline({ params }, { identity, signal, traceparent });
      return planDocument(
        parts,
        { ...pipeline, trigger: body },
        {
          user,
          ...query,
          asking: { by: identity, signal, traceparent },
        },
      );
    },
  };
}
