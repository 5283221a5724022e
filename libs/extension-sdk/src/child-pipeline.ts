import { badRequest, ServiceError } from '@gennaker/contracts/error';
import type { ExecutionView, StageView } from '@gennaker/contracts/execution';
import type { Pipeline } from '@gennaker/contracts/front50';
import type { CallOptions } from '@gennaker/contracts/route';
import { artifactsBefore } from './bound-artifact.ts';
import { underLockTrigger } from './cluster-lock.ts';
import type { JsonObject, TaskContext } from './stage.ts';

/** Which pipeline a stage starts: by its id, or by its name in an application. */
export interface WantedChild {
  readonly application: string;
  readonly pipeline: string;
  readonly parameters: JsonObject;
  /** Tells starts of one task run from another; the same again answers the same execution. */
  readonly key: string;
  /** Names the stage's setting in errors. */
  readonly field: string;
}

type Task = TaskContext<unknown>;

/** What calls on behalf of a task carry. */
export function callOptions(task: Task): CallOptions {
  return { signal: task.signal, traceparent: task.traceparent, identity: task.identity };
}

/**
 * Starts a stored pipeline as a child of the task's execution, once per key.
 * @throws ServiceError 404 for an unknown pipeline, 400 when it is disabled or a required parameter has no value
 */
export async function startChild(task: Task, wanted: WantedChild): Promise<{ executionId: string; name: string }> {
  const pipeline = await findPipeline(task, wanted);
  const { name, application, id } = pipeline;
  if (pipeline.disabled === true)
    throw badRequest(`The pipeline "${name}" of ${application} is disabled`, {
      field: wanted.field,
      fix: 'enable it, or disable the stage that starts it',
    });
  const parameters = withDefaults(pipeline, wanted.parameters);
  const received = artifactsBefore(task);
  const answer = await task.ports.orca.orchestrate(
    {
      body: {
        ...pipeline,
        stages: pipeline.stages ?? [],
        ...(received.length > 0 && { receivedArtifacts: received }),
        ...(id === undefined ? {} : { id }),
        trigger: {
          type: 'pipeline',
          user: task.user,
          correlationId: wanted.key,
          parentExecutionId: task.executionId,
          parentPipelineStageId: task.stage.id,
          parentPipelineId: task.pipelineConfigId,
          parentPipelineName: task.pipeline,
          parentPipelineApplication: task.application,
          isPipeline: true,
          parameters,
          ...expectedOf(pipeline, task),
          ...(task.trigger['strategy'] === undefined ? {} : { strategy: task.trigger['strategy'] }),
          ...underLockTrigger(task),
        },
      },
    },
    { ...callOptions(task), key: wanted.key },
  );
  return { executionId: answer.ref.slice(answer.ref.lastIndexOf('/') + 1), name };
}

/** What the pipeline's own triggers of the parent expect of it. */
function expectedOf(pipeline: Pipeline, { pipelineConfigId }: Task): { readonly expectedArtifactIds?: string[] } {
  const ids = (pipeline.triggers ?? [])
    .filter((trigger) => trigger.type === 'pipeline' && trigger['pipeline'] === pipelineConfigId)
    .flatMap((trigger) =>
      Array.isArray(trigger['expectedArtifactIds']) ? trigger['expectedArtifactIds'].map(String) : [],
    );
  return ids.length === 0 ? {} : { expectedArtifactIds: [...new Set(ids)] };
}

/** Templated pipelines run as what they stand for. */
const PLAN = { plan: 'true' } as const;

/**
 * The stored pipeline of an id, or of a name in an application.
 * @throws ServiceError 404 for an unknown pipeline, 400 when its template cannot be applied
 */
export async function findPipeline(
  task: Task,
  wanted: Pick<WantedChild, 'application' | 'pipeline' | 'field'>,
): Promise<Pipeline> {
  const found = await storedPipeline(task, wanted);
  const { templateErrors } = found;
  if (!Array.isArray(templateErrors) || templateErrors.length === 0) return found;
  throw new ServiceError(400, `The template of "${found.name}" cannot be applied: ${templateErrors.join('; ')}`, {
    field: wanted.field,
    fix: 'give the missing values in that pipeline, or mend its template',
  });
}

async function storedPipeline(
  task: Task,
  { application, pipeline, field }: Pick<WantedChild, 'application' | 'pipeline' | 'field'>,
): Promise<Pipeline> {
  const { front50 } = task.ports;
  try {
    return await front50.getPipeline({ params: { id: pipeline }, query: PLAN }, callOptions(task));
  } catch (error) {
    if (!(error instanceof ServiceError) || error.status !== 404) throw error;
  }
  try {
    return await front50.getPipelineByName({ params: { application, name: pipeline }, query: PLAN }, callOptions(task));
  } catch (error) {
    if (!(error instanceof ServiceError) || error.status !== 404) throw error;
    throw new ServiceError(404, `There is no pipeline "${pipeline}", neither by id nor by name in ${application}`, {
      field,
      fix: 'choose a pipeline that exists, or save it first',
    });
  }
}

const isBlank = (value: unknown): boolean => value === undefined || value === null || value === '';

function withDefaults(pipeline: Pipeline, given: JsonObject): JsonObject {
  const parameters = { ...given };
  const missing: string[] = [];
  for (const config of pipeline.parameterConfig ?? []) {
    if (isBlank(parameters[config.name]) && !isBlank(config['default'])) parameters[config.name] = config['default'];
    if (config['required'] === true && isBlank(parameters[config.name])) missing.push(config.name);
  }
  if (missing.length > 0)
    throw badRequest(`The pipeline "${pipeline.name}" needs a value for ${missing.join(', ')}`, {
      field: `pipelineParameters.${missing[0]}`,
      fix: 'give the parameters values in the stage, or defaults in the pipeline',
    });
  return parameters;
}

/** Cancels a child; one that has ended, or is unknown, needs none. */
export async function cancelChild(task: Task, executionId: string): Promise<void> {
  try {
    await task.ports.orca.cancel(
      {
        params: { id: executionId },
        query: { reason: `The stage "${task.stage.name}" of "${task.pipeline}" that started it was cancelled` },
      },
      { ...callOptions(task), key: `${task.key}:${executionId}` },
    );
  } catch (error) {
    if (!(error instanceof ServiceError) || error.status >= 500) throw error;
  }
}

/**
 * Cancels the children that a task has started, by the keys of their starts: also those whose start was not answered yet.
 * `application`: the one that their pipelines are of.
 */
export async function cancelStarted(task: Task, application: string, keys: readonly string[]): Promise<void> {
  const running = await task.ports.orca.listForApplication(
    { params: { application }, query: { statuses: 'NOT_STARTED,RUNNING,PAUSED', limit: 1000 } },
    callOptions(task),
  );
  const children = running.filter(
    ({ trigger }) =>
      trigger['parentExecutionId'] === task.executionId &&
      trigger.correlationId !== undefined &&
      keys.includes(trigger.correlationId),
  );
  await Promise.all(children.map(({ id }) => cancelChild(task, id)));
}

/** The key that a cancelled task ran under. */
export const keyBeforeCancel = ({ key }: Task): string => key.replace(/:cancel$/, '');

/** The outputs of all stages of an execution, later ones over earlier ones. */
export function mergedOutputs(execution: ExecutionView): JsonObject {
  return Object.assign({}, ...execution.stages.map((stage) => stage.outputs)) as JsonObject;
}

/** Why a child failed, and where: what the stage that started it keeps as its exception. */
export interface ChildFailure {
  readonly details: { readonly errors: readonly string[] };
  readonly source: {
    readonly executionId: string;
    readonly stageId?: string;
    readonly stageName?: string;
    readonly stageIndex?: number;
  };
}

/** The failure of an execution that has failed: that of its failed stages, innermost first. */
export function failureOf(execution: ExecutionView): ChildFailure {
  const failed = execution.stages.filter((stage) => stage.status === 'TERMINAL' || stage.status === 'STOPPED');
  const parents = new Set(failed.map((stage) => stage.parentStageId));
  const roots = failed.filter((stage) => !parents.has(stage.id));
  const [first] = roots;
  const top = first && topOf(execution, first);
  const errors = roots.flatMap((stage) => errorsOf(execution, stage));
  const own =
    execution.status === 'CANCELED'
      ? `"${execution.name}" was cancelled by ${execution.canceledBy ?? 'somebody'}${execution.cancellationReason ? `: ${execution.cancellationReason}` : ''}`
      : (execution.reason?.summary ?? `"${execution.name}" ended ${execution.status}`);
  return {
    details: { errors: errors.length > 0 ? errors : [own] },
    source: {
      executionId: execution.id,
      ...(top
        ? {
            stageId: top.id,
            stageName: top.name,
            stageIndex: execution.stages.filter((stage) => stage.parentStageId === undefined).indexOf(top),
          }
        : {}),
    },
  };
}

function topOf(execution: ExecutionView, stage: StageView): StageView {
  let at = stage;
  for (;;) {
    const parent = execution.stages.find((one) => one.id === at.parentStageId);
    if (!parent) return at;
    at = parent;
  }
}

function errorsOf(execution: ExecutionView, stage: StageView): string[] {
  const exception = stage.context['exception'] as { details?: { errors?: unknown } } | undefined;
  const listed = Array.isArray(exception?.details?.errors) ? exception.details.errors.map(String) : [];
  const texts = listed.length > 0 ? listed : [stage.reason?.summary ?? `ended ${stage.status}`];
  return texts.map((text) => `Exception in child pipeline stage (${execution.name}: ${stage.name}): ${text}`);
}
