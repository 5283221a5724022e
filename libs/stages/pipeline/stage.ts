import { badRequest } from '@gennaker/contracts/error';
import { isComplete } from '@gennaker/contracts/status';
import { bindsProduced } from '@gennaker/extension-sdk/bind-produced';
import {
  callOptions,
  cancelChild,
  cancelStarted,
  failureOf,
  keyBeforeCancel,
  mergedOutputs,
  startChild,
} from '@gennaker/extension-sdk/child-pipeline';
import { defineStage, type TaskContext, type TaskResult } from '@gennaker/extension-sdk/stage';
import { type PipelineStage, pipelineStageSchema } from './schema.ts';

const HALF_DAY_MS = 12 * 3600 * 1000;
/** The end of a child is told; this look finds it when that message was lost. */
const LOOK_MS = 15_000;
/** What a run leaves in the context. */
const OF_A_RUN = ['executionId', 'executionName', 'status'];

/** Runs another pipeline, and waits for its end where that is wanted; the outputs of its stages become its own. */
export default defineStage({
  type: 'pipeline',
  label: 'Pipeline',
  description: 'Runs another pipeline',
  schema: pipelineStageSchema,
  examples: [
    { application: 'hello', pipeline: 'a-pipeline-id', pipelineParameters: { version: '1' } },
    { pipeline: 'Smoke test', waitForCompletion: false },
  ],
  tasks: ({ context }) => [
    { name: 'startPipeline', run: start, onCancel: cancelUnanswered },
    ...(String(context['waitForCompletion']) === 'false'
      ? []
      : [{ name: 'monitorPipeline', timeoutMs: HALF_DAY_MS, run: monitor, onCancel: cancelWatched }]),
    ...(String(context['waitForCompletion']) === 'false' ? [] : bindsProduced(context)),
  ],
  prepareForRestart: ({ context }) => {
    const { _skipPipelineRestart: skip, ...rest } = context;
    // The child was restarted itself, and is watched again.
    const dropped = String(skip) === 'true' ? ['status'] : OF_A_RUN;
    return {
      context: Object.fromEntries(Object.entries(rest).filter(([key]) => !dropped.includes(key))),
      outputs: {},
    };
  },
});

async function start(task: TaskContext<PipelineStage>): Promise<TaskResult> {
  const { context } = task;
  if (context.executionId !== undefined)
    return {
      status: 'SUCCEEDED',
      reason: {
        summary: `Watches the execution ${context.executionId} that was started before`,
        evidence: { executionId: context.executionId },
      },
    };
  const pipeline = context.pipeline ?? context.pipelineId;
  if (!pipeline)
    throw badRequest(`The stage "${task.stage.name}" names no pipeline`, {
      field: 'pipeline',
      fix: 'choose the pipeline that it runs',
    });
  const { executionId, name } = await startChild(task, {
    application: applicationOf(task),
    pipeline,
    parameters: context.pipelineParameters ?? {},
    key: task.key,
    field: 'pipeline',
  });
  return {
    status: 'SUCCEEDED',
    context: { executionId, executionName: name },
    reason: { summary: `Started "${name}" as ${executionId}`, evidence: { executionId, pipeline } },
  };
}

async function monitor(task: TaskContext<PipelineStage>): Promise<TaskResult> {
  const { executionId } = task.context;
  if (executionId === undefined) throw badRequest('There is no execution to watch', { field: 'executionId' });
  const child = await task.ports.orca.getExecution({ params: { id: executionId } }, callOptions(task));
  const context = { status: child.status, executionName: child.name };
  const evidence = { executionId, status: child.status };
  if (!isComplete(child.status))
    return {
      status: 'RUNNING',
      context,
      wakeAfterMs: LOOK_MS,
      reason: {
        summary:
          child.status === 'NOT_STARTED'
            ? `"${child.name}" waits to start${child.reason ? `: ${child.reason.summary}` : ''}`
            : `Waits for "${child.name}", which is ${child.status}${childStep(child.stages)}`,
        evidence,
        next: 'goes on when it ends',
      },
    };
  const outputs = String(task.context.skipDownstreamOutput) === 'true' ? {} : mergedOutputs(child);
  if (child.status === 'SUCCEEDED')
    return { status: 'SUCCEEDED', context, outputs, reason: { summary: `"${child.name}" succeeded`, evidence } };
  const exception = failureOf(child);
  return {
    status: 'TERMINAL',
    context: { ...context, exception },
    outputs,
    reason: {
      summary: `"${child.name}" ended ${child.status}: ${exception.details.errors.join('; ')}`,
      evidence: { ...evidence, ...exception.source },
      next: 'look at that execution; restart the failed stage there, and this one watches it again',
    },
  };
}

/** The step that a child is at, in words; nothing when it is between two. */
function childStep(stages: readonly { readonly name: string; readonly status: string }[]): string {
  const running = stages.find((stage) => stage.status === 'RUNNING');
  return running ? ` at "${running.name}"` : '';
}

async function cancelWatched(task: TaskContext<PipelineStage>): Promise<void> {
  if (task.context.executionId !== undefined) await cancelChild(task, task.context.executionId);
}

/** The start may have been made without its answer having arrived: the child is known by its correlation id. */
async function cancelUnanswered(task: TaskContext<PipelineStage>): Promise<void> {
  const { context } = task;
  if (context.executionId !== undefined || (context.pipeline ?? context.pipelineId) === undefined) return;
  await cancelStarted(task, applicationOf(task), [keyBeforeCancel(task)]);
}

function applicationOf({ context, application }: TaskContext<PipelineStage>): string {
  return context.application ?? context.pipelineApplication ?? application;
}
