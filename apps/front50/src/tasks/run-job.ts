import { refuseUnkeepable } from '@gennaker/contracts/keepable-json';
import { badRequest } from '@gennaker/contracts/error';
import type { Queryable } from '@gennaker/store/database';
import { deleteApplication } from '../applications/delete-application.ts';
import { upsertApplication } from '../applications/upsert-application.ts';
import type { Front50 } from '../front50.ts';
import { deletePipeline } from '../pipelines/delete-pipeline.ts';
import { reorderPipelines, savePipelines, withSavepoints } from '../pipelines/many-pipelines.ts';
import { savePipeline } from '../pipelines/save-pipeline.ts';
import { deleteProject, upsertProject } from '../projects/projects.ts';
import { createTemplate, deleteTemplate, updateTemplate } from '../templates/template-store.ts';
import { templateTagSchema } from '@gennaker/contracts/pipeline-templates';
import { z } from 'zod';

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

/** The pipelines of a bulk save: base64 of their JSON list, or the list itself. */
function manyPipelines(job: Job): Record<string, unknown>[] {
  const given = z.array(z.record(z.string(), z.unknown())).safeParse(decoded(job['pipelines']));
  if (given.success) return given.data;
  throw badRequest(`Job ${job.type} has no list of pipelines`, {
    field: 'job.pipelines',
    fix: 'add the list, as base64 of its JSON or as an array of objects',
  });
}

const upsert: Run = async (front50, client, job, user) => {
  const { name, attributes } = applicationOf(job);
  const application = await upsertApplication(front50, client, name, attributes, user);
  return { 'notification.type': job.type.toLowerCase(), application: application.name };
};

const save: Run = async (front50, client, job, user) => {
  if (job['pipelines'] !== undefined)
    return {
      'notification.type': 'savepipeline',
      bulksave: await savePipelines(front50, withSavepoints(client), manyPipelines(job), user),
    };
  const bytes = pipelineBytes(job);
  const saved = await savePipeline(front50, client, bytes, {
    kind: 'pipeline',
    staleCheck: job['staleCheck'] === true,
    user,
  });
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
  async deleteApplication(front50, client, job, user) {
    const { name } = applicationOf(job);
    await deleteApplication(front50, client, name, user);
    return { 'notification.type': 'deleteapplication', application: name.toLowerCase() };
  },
  savePipeline: save,
  updatePipeline: save,
  async deletePipeline(front50, client, job, user) {
    const pipeline: unknown = JSON.parse(new TextDecoder().decode(pipelineBytes(job)));
    const { application, name } = isObject(pipeline) ? pipeline : {};
    if (typeof application !== 'string' || typeof name !== 'string')
      throw badRequest('Job deletePipeline needs application and name of the pipeline', {
        field: 'job.pipeline',
        fix: 'add both',
      });
    await deletePipeline(front50, client, { kind: 'pipeline', application, name }, user);
    return { 'notification.type': 'deletepipeline', application, 'pipeline.name': name };
  },
  async createV2PipelineTemplate(front50, client, job, user) {
    const template = await createTemplate(front50, client, templateOf(job), textOf(job, 'tag'), user);
    return { 'notification.type': 'createpipelinetemplate', 'pipelineTemplate.id': template.id };
  },
  async updateV2PipelineTemplate(front50, client, job, user) {
    const given = templateOf(job);
    const id = textOf(job, 'id') ?? String(given['id'] ?? '');
    const template = await updateTemplate(front50, client, id, given, textOf(job, 'tag'), user);
    return { 'notification.type': 'updatepipelinetemplate', 'pipelineTemplate.id': template.id };
  },
  async deleteV2PipelineTemplate(front50, client, job, user) {
    const id = textOf(job, 'pipelineTemplateId') ?? '';
    const version = templateTagSchema.optional().safeParse(textOf(job, 'tag'));
    if (!version.success)
      throw badRequest(`There is no tag "${textOf(job, 'tag')}"`, {
        field: 'job.tag',
        fix: `use one of ${templateTagSchema.options.join(', ')}`,
      });
    await deleteTemplate(front50, client, id, { tag: version.data, digest: textOf(job, 'digest') }, user);
    return { 'notification.type': 'deletepipelinetemplate', 'pipelineTemplate.id': id };
  },
  async upsertProject(front50, client, job, user) {
    const project = await upsertProject(front50, client, projectOf(job), user);
    return { 'notification.type': 'upsertproject', projectId: project.id, 'project.name': project.name };
  },
  async deleteProject(front50, client, job, user) {
    const { id, name } = projectOf(job);
    const which = [id, name].find((value) => typeof value === 'string' && value !== '');
    if (typeof which !== 'string')
      throw badRequest('Job deleteProject names no project', { field: 'job.project.id', fix: 'add its id' });
    await deleteProject(front50, client, which, user);
    return { 'notification.type': 'deleteproject', 'project.name': name ?? which };
  },
  async reorderPipelines(_front50, client, job) {
    const given = reorderSchema.safeParse({
      application: decoded(job['application']),
      idsToIndices: decoded(job['idsToIndices']),
      isStrategy: decoded(job['isStrategy']) ?? false,
    });
    if (!given.success)
      throw badRequest(
        `Job reorderPipelines: ${given.error.issues[0]?.path.join('.')}: ${given.error.issues[0]?.message}`,
        {
          field: `job.${given.error.issues[0]?.path.join('.')}`,
          fix: 'add application and idsToIndices, a map of ids to places',
        },
      );
    const { application, idsToIndices, isStrategy } = given.data;
    await reorderPipelines(client, application, idsToIndices, isStrategy ? 'strategy' : 'pipeline');
    return { 'notification.type': 'reorderpipelines', application };
  },
};

const reorderSchema = z.object({
  application: z.string(),
  idsToIndices: z.record(z.string(), z.number().int()),
  isStrategy: z.boolean(),
});

/** A value, or the JSON that a base64 text holds. @throws ServiceError 400 for JSON that could not be kept as it is */
function decoded(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  let found: unknown;
  try {
    found = JSON.parse(Buffer.from(value, 'base64').toString());
  } catch {
    return value;
  }
  refuseUnkeepable('job', found);
  return found;
}

function templateOf(job: Job): Record<string, unknown> {
  const given = decoded(job['pipelineTemplate']);
  if (!isObject(given))
    throw badRequest(`Job ${job.type} has no template`, {
      field: 'job.pipelineTemplate',
      fix: 'add the template, as base64 of its JSON or as an object',
    });
  return given;
}

function textOf(job: Job, key: string): string | undefined {
  const value = job[key];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function projectOf(job: Job): Record<string, unknown> {
  const given = job['project'];
  if (!isObject(given))
    throw badRequest(`Job ${job.type} has no project`, { field: 'job.project', fix: 'add "project": {"name": ...}' });
  return given;
}

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
