import { badRequest, ServiceError } from '@gennaker/contracts/error';
import type { ExecutionTrigger } from '@gennaker/contracts/execution';
import type { orcaApi } from '@gennaker/contracts/orca';
import type { Handlers } from '@gennaker/contracts/route';
import { bindAtStart } from '../artifacts/bind-at-start.ts';
import { byReference, refuseEndless } from '../children/parents.ts';
import type { MailParts } from '../send-mail.ts';
import { prepareExecution, startExecution, type StartRequest, triggerOf } from '../start-execution.ts';
import { recordFailure } from './record-failure.ts';

type Document = Readonly<Record<string, unknown>>;
type Operations = 'orchestrate' | 'orchestrateConfig' | 'fail' | 'ops';
type Caller = Pick<
  Parameters<Handlers<typeof orcaApi>['orchestrate']>[0],
  'identity' | 'user' | 'traceparent' | 'headers'
>;
type Posted = Document & {
  readonly application: string;
  readonly name: string;
  readonly stages: StartRequest['stages'];
};

/** Whom an execution is by: only a service, or anybody while nobody has to log in, may name somebody else. */
function starterOf({ identity }: Caller, trigger: ExecutionTrigger): string {
  const trusted = identity.via === 'service' || identity.via === 'anonymous';
  return trusted ? (trigger.user ?? identity.user) : identity.user;
}

/** Starts: of posted and of stored pipelines, of orchestrations, and the record of starts that failed. */
export function startHandlers(
  parts: MailParts,
  plan: (body: Posted, user: string) => Promise<Record<string, unknown>>,
): Pick<Handlers<typeof orcaApi>, Operations> {
  const { db, world } = parts;

  const request = (
    call: Caller,
    type: StartRequest['type'],
    document: Document,
    trigger: ExecutionTrigger,
    what: Pick<StartRequest, 'application' | 'name' | 'stages'>,
  ): StartRequest => ({
    type,
    application: what.application,
    name: what.name,
    stages: what.stages,
    trigger: { ...trigger, user: starterOf(call, trigger) },
    by: { ...call.identity, user: starterOf(call, trigger) },
    traceparent: call.traceparent,
    document,
    now: world.clock.now(),
    key: call.headers['idempotency-key'],
    artifactsAbove: world.artifactsAbove,
  });

  const startPipeline = async (call: Caller, body: Posted): Promise<string> => {
    const trigger = await byReference(db.pool, triggerOf(body, call.user));
    refuseEndless(trigger);
    const asked = request(call, 'PIPELINE', body, trigger, body);
    try {
      if (body['disabled'] === true)
        throw badRequest(`The pipeline "${body.name}" is disabled`, {
          field: 'disabled',
          fix: 'enable the pipeline first',
        });
      const bound = await bindAtStart(db.pool, body, asked.trigger);
      return (await startExecution(parts, prepareExecution({ ...asked, trigger: bound }), body)).id;
    } catch (error) {
      // It could be read, and whoever expects it to run looks for it in the history.
      if (error instanceof ServiceError && error.status === 400) await recordFailure(parts, asked, error.message);
      throw error;
    }
  };

  /** A posted document; one that only names its template, as what it stands for. */
  const asItRuns = async (body: Posted, call: Caller): Promise<Posted> => {
    if (
      body['type'] !== 'templatedPipeline' ||
      body['template'] === undefined ||
      body['templateVariables'] !== undefined
    )
      return body;
    const pipeline = await world.ports.front50.planTemplate(
      { body },
      { identity: call.identity, traceparent: call.traceparent },
    );
    return { ...body, ...pipeline };
  };

  return {
    orchestrate: async (call) => {
      const body = await asItRuns(call.body, call);
      refuseUnplanned(body);
      if (body['plan'] === true) return { ref: '/plan', ...(await plan(body, call.user)) };
      return { ref: `/pipelines/${await startPipeline(call, body)}` };
    },
    orchestrateConfig: async (call) => {
      const pipeline = await world.ports.front50.getPipeline(
        { params: { id: call.params.configId }, query: { plan: 'true' } },
        { identity: call.identity, traceparent: call.traceparent },
      );
      const trigger = { type: 'manual', ...call.body };
      const { plan: dry, executionId } = call.body;
      const body: Posted = {
        ...pipeline,
        stages: pipeline.stages ?? [],
        trigger,
        ...(executionId === undefined ? {} : { executionId }),
      };
      refuseUnplanned(body);
      if (dry === true) return { ref: '/plan', ...(await plan(body, call.user)) };
      return { ref: `/pipelines/${await startPipeline(call, body)}` };
    },
    fail: async (call) => {
      const { body } = call;
      const { errorMessage, ...document } = body;
      const trigger = await byReference(db.pool, triggerOf(body, call.user));
      const id = await recordFailure(
        parts,
        request(call, 'PIPELINE', document, trigger, body),
        errorMessage ?? 'no reason was given',
      );
      return { ref: `/pipelines/${id}` };
    },
    ops: async (call) => {
      const body = Array.isArray(call.body) ? listed(call.body) : call.body;
      const trigger = await byReference(db.pool, triggerOf(body, call.user));
      const { id } = await startExecution(
        parts,
        prepareExecution(
          request(call, 'ORCHESTRATION', body, trigger, {
            application: body.application,
            name: body.description ?? body.job[0]?.type ?? 'operation',
            stages: body.job,
          }),
        ),
        body,
      );
      return { ref: `/tasks/${id}` };
    },
  };
}

/** @throws ServiceError 400 for a pipeline whose template could not be applied */
function refuseUnplanned({ name, templateErrors }: Posted): void {
  if (!Array.isArray(templateErrors) || templateErrors.length === 0) return;
  throw badRequest(`The template of "${name}" cannot be applied: ${templateErrors.join('; ')}`, {
    field: 'template',
    fix: 'give the missing values, or mend the template',
    errors: templateErrors.map(String),
  });
}

/** A bare list of jobs: its application is that of its jobs. @throws ServiceError 400 when none names one */
function listed(job: readonly ({ readonly type: string } & Document)[]): Document & {
  readonly application: string;
  readonly description?: string;
  readonly job: readonly ({ readonly type: string } & Document)[];
} {
  const application = job.map((one) => one['application']).find((name) => typeof name === 'string');
  if (typeof application !== 'string')
    throw badRequest('None of the jobs names an application', {
      field: 'application',
      fix: 'send {"application": ..., "description": ..., "job": [...]}',
    });
  return { application, job };
}
