import { badRequest } from '@gennaker/contracts/error';
import type { CallOptions } from '@gennaker/contracts/route';
import type { Gate } from '../gate.ts';

type Job = { readonly type: string } & Readonly<Record<string, unknown>>;

/** A task as it was sent. */
export interface SubmittedTask {
  readonly application: string;
  readonly description?: string | undefined;
  readonly job: readonly Job[];
}

/** Jobs on applications, pipelines and projects, which front50 carries out; all others are stages, which orca runs. */
const METADATA = new Set([
  'createApplication',
  'updateApplication',
  'deleteApplication',
  'savePipeline',
  'updatePipeline',
  'deletePipeline',
  'reorderPipelines',
  'createV2PipelineTemplate',
  'updateV2PipelineTemplate',
  'deleteV2PipelineTemplate',
  'upsertProject',
  'deleteProject',
]);

/** Takes a task and answers where it is, in the form that Spinnaker's clients take apart: `/tasks/<id>`. */
export async function submitTask(
  gate: Gate,
  task: SubmittedTask,
  key: string | undefined,
  options: CallOptions,
): Promise<{ ref: string }> {
  const strange = task.job.findIndex(({ type }) => !METADATA.has(type) && !gate.stages.definitions.has(type));
  if (strange >= 0)
    throw badRequest(`There is no job "${task.job[strange]?.type}"`, {
      field: `job.${strange}.type`,
      fix: `use one of ${[...METADATA].join(', ')}, or a stage type: ${[...gate.stages.definitions.keys()].toSorted().join(', ')}`,
    });
  const metadata = task.job.filter((job) => METADATA.has(job.type));
  const withKey: CallOptions = { ...options, key: key ?? crypto.randomUUID() };
  if (metadata.length === task.job.length) {
    const done = await gate.front50.submitTask({ body: { ...task, job: [...task.job] } }, withKey);
    return { ref: `/tasks/${done.id}` };
  }
  if (metadata.length > 0)
    throw badRequest(
      `Jobs on applications and pipelines (${metadata.map((job) => job.type).join(', ')}) and jobs on clouds cannot share a task`,
      { field: 'job', fix: 'send them as two tasks' },
    );
  const user = options.identity?.user ?? 'anonymous';
  const job = task.job.map((one) => ({ user, ...one }));
  const { ref } = await gate.orca.ops({ body: { ...task, job } }, withKey);
  return { ref: `/tasks/${ref.split('/').at(-1)}` };
}
