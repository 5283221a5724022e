import { notFound } from '@gennaker/contracts/error';
import type { orcaApi } from '@gennaker/contracts/orca';
import { applicationOf, type Rule, type Rules } from '@gennaker/service/guard';
import type { Queryable } from '@gennaker/store/database';

/** The application of a stored pipeline; undefined when there is none. */
export type ApplicationOfConfig = (id: string) => Promise<string | undefined>;

/** Who may call what of orca: EXECUTE starts and steers executions, READ shows them; what is not named here is an administrator's. */
export function orcaRules(client: Queryable, ofConfig: ApplicationOfConfig): Partial<Rules<typeof orcaApi>> {
  const ofId = async (id: string): Promise<string> => {
    const { rows } = await client.query<{ application: string }>(
      'select application from orca.executions where id = $1',
      [id],
    );
    const application = rows[0]?.application;
    if (application === undefined) throw notFound(`There is no execution ${id}`, { fix: 'check the id' });
    return application;
  };
  const of = ({ params }: { readonly params: { readonly id: string } }): Promise<string> => ofId(params.id);
  const steers = { needs: 'EXECUTE', of } as const;
  const looks = { needs: 'READ', of } as const;
  const shows: Rule = { shows: applicationOf };
  return {
    orchestrate: { needs: 'EXECUTE', of: ({ body }) => body.application },
    orchestrateConfig: { needs: 'EXECUTE', of: ({ params }) => ofConfig(params.configId) },
    fail: { needs: 'EXECUTE', of: ({ body }) => body.application },
    ops: {
      needs: 'EXECUTE',
      of: ({ body }) => (Array.isArray(body) ? body.flatMap((job) => applicationOf(job) ?? []) : body.application),
    },
    getTask: looks,
    failedStages: { needs: 'READ', of: ({ query }) => ofId(query.executionId) },
    searchExecutions: shows,
    searchAllExecutions: { shows: applicationOf, listed: 'executions' },
    deleteExecution: { needs: 'WRITE', of },
    restartStage: steers,
    ignoreFailure: steers,
    evaluateStageExpression: looks,
    evaluateVariables: looks,
    getStoredArtifact: { needs: 'READ', of: ({ params }) => params.application },
    previewExpression: looks,
    getExecution: looks,
    listExecutions: shows,
    listForApplication: { needs: 'READ', of: ({ params }) => params.application },
    listTasks: { needs: 'READ', of: ({ params }) => params.application },
    cancel: steers,
    pause: steers,
    resume: steers,
    patchStage: steers,
    wake: 'service',
    history: looks,
    evaluateExpression: looks,
    stateAt: looks,
    explain: looks,
    predict: looks,
    compare: { needs: 'READ', of: ({ query }) => Promise.all([ofId(query.a), ofId(query.b)]) },
    queues: shows,
    planOf: { needs: 'READ', of: ({ body }) => applicationOf(body) },
    bindingsOf: { needs: 'READ', of: ({ body }) => body.application },
    bindingsOfStored: { needs: 'READ', of: ({ params }) => ofConfig(params.id) },
    previewStages: { needs: 'EXECUTE', of: ({ body }) => body.application },
    planOfStored: { needs: 'READ', of: ({ params }) => ofConfig(params.id) },
    simulateStrategy: { needs: 'READ', of: ({ body }) => body.application },
    previewUndo: looks,
    startUndo: steers,
    previewRollback: { needs: 'READ', of: ({ params }) => params.application },
    events: shows,
    eventsPosition: 'signed',
    eventsSince: 'service',
  };
}
