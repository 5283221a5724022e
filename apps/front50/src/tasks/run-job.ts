import { badRequest } from '@gennaker/contracts/error';
import type { Queryable } from '@gennaker/store/database';
import { deleteApplication } from '../applications/delete-application.ts';
import { upsertApplication } from '../applications/upsert-application.ts';
import type { Front50 } from '../front50.ts';
import { deletePipeline } from '../pipelines/delete-pipeline.ts';
import { savePipeline } from '../pipelines/save-pipeline.ts';

/** One job of a task, as it was sent. */
export type Job = Readonly<Record<string, unknown>> & { readonly type: string };
type Outputs = Record<string, unknown>;
type Run = (front50: Front50, client: Queryable, job: Job, user: string) => Promise<Outputs>;

const isObject = (value: unknown): value is Record<string, unknown> =>
  value !== null && typeof value === 'object' && !Array.isArray(value);

function applicationOf(job: Job): { name: string; attributes: Record<string, unknown> } {
  const given = job['application'];
  const attributes = isObject(given) ? given : { name: given };
  if (typeof attributes['name'] !== 'string' || attributes['name'].trim() === '')
    throw badRequest(`Job ${job.type} names no application`, {
      field: 'job.application.name',
      fix: 'add "application": {"name": ...}',
    });
  return { name: attributes['name'], attributes };
}

/** The bytes of a job's pipeline: base64 of its JSON, or the object itself. */
function pipelineBytes(job: Job): Uint8Array {
  const given = job['pipeline'];
  if (isObject(given)) return new TextEncoder().encode(JSON.stringify(given));
  if (typeof given === 'string') return new Uint8Array(Buffer.from(given, 'base64'));
  throw badRequest(`Job ${job.type} has no pipeline`, {
    field: 'job.pipeline',
    fix: 'add the pipeline, as base64 of its JSON or as an object',
  });
}

const upsert: Run = async (front50, client, job, user) => {
  const { name, attributes } = applicationOf(job);
  const application = await upsertApplication(front50, client, name, attributes, user);
  return { 'notification.type': job.type.toLowerCase(), application: application.name };
};

const save: Run = async (front50, client, job, user) => {
  const bytes = pipelineBytes(job);
  const saved = await savePipeline(front50, client, bytes, { staleCheck: job['staleCheck'] === true, user });
  return {
    'notification.type': 'savepipeline',
    application: saved.pipeline.application,
    'pipeline.name': saved.pipeline.name,
    'pipeline.id': saved.pipeline.id,
    warnings: saved.warnings,
  };
};

const RUNS: Readonly<Record<string, Run>> = {
  createApplication: upsert,
  updateApplication: upsert,
  async deleteApplication(_front50, client, job) {
    const { name } = applicationOf(job);
    await deleteApplication(client, name);
    return { 'notification.type': 'deleteapplication', application: name.toLowerCase() };
  },
  savePipeline: save,
  updatePipeline: save,
  async deletePipeline(_front50, client, job) {
    const pipeline: unknown = JSON.parse(new TextDecoder().decode(pipelineBytes(job)));
    const { application, name } = isObject(pipeline) ? pipeline : {};
    if (typeof application !== 'string' || typeof name !== 'string')
      throw badRequest('Job deletePipeline needs application and name of the pipeline', {
        field: 'job.pipeline',
        fix: 'add both',
      });
    await deletePipeline(client, application, name);
    return { 'notification.type': 'deletepipeline', application, 'pipeline.name': name };
  },
};

/** Carries out one job inside the caller's transaction; answers what goes into the task's variables. */
export function runJob(front50: Front50, client: Queryable, job: Job, user: string): Promise<Outputs> {
  const run = RUNS[job.type];
  if (!run)
    throw badRequest(`Front50 has no job "${job.type}"`, {
      field: 'job.type',
      fix: `use one of ${Object.keys(RUNS).join(', ')}`,
    });
  return run(front50, client, job, user);
}
