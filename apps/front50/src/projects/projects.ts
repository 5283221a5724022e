import { randomUUID } from 'node:crypto';
import { badRequest, notFound } from '@gennaker/contracts/error';
import { projectSchema, type ProjectView } from '@gennaker/contracts/projects';
import type { Queryable } from '@gennaker/store/database';
import {
  deleteDocument,
  documentHistory,
  type DocumentRow,
  findDocument,
  findDocumentNamed,
  listDocuments,
  saveDocument,
} from '../documents/document-store.ts';
import type { Front50 } from '../front50.ts';

/** What the system writes itself; a client that sends it back changes nothing. */
const OWN = new Set(['id', 'createTs', 'updateTs', 'lastModifiedBy']);
const nameKey = (name: string): string => name.trim().toLowerCase();

function projectView(row: DocumentRow): ProjectView {
  return {
    ...projectSchema.parse(JSON.parse(row.body)),
    id: row.id,
    createTs: Number(row.created_at ?? row.updated_at),
    updateTs: Number(row.updated_at),
    lastModifiedBy: row.updated_by,
  };
}

/** All projects, by name. */
export async function listProjects(client: Queryable): Promise<ProjectView[]> {
  return (await listDocuments(client, 'project')).map(projectView);
}

async function found(client: Queryable, nameOrId: string): Promise<DocumentRow> {
  const row =
    (await findDocumentNamed(client, 'project', nameKey(nameOrId))) ??
    (await findDocument(client, 'project', nameOrId));
  if (!row)
    throw notFound(`There is no project "${nameOrId}"`, { field: 'id', fix: 'GET /projects lists those there are' });
  return row;
}

/** A project by its name, then by its id. @throws ServiceError 404 */
export async function getProject(client: Queryable, nameOrId: string): Promise<ProjectView> {
  return projectView(await found(client, nameOrId));
}

/** Versions of a project, newest first. @throws ServiceError 404 */
export async function projectHistory(
  client: Queryable,
  nameOrId: string,
  limit: number,
): Promise<(ProjectView & { version: number; deleted: boolean })[]> {
  const { id } = await found(client, nameOrId);
  const rows = await documentHistory(client, 'project', id, limit);
  return rows.map((row) => ({ ...projectView(row), version: row.version, deleted: row.deleted ?? false }));
}

/** Creates or replaces a project, by its id. @throws ServiceError 400 for a wrong shape, or a name that is taken */
export async function upsertProject(
  front50: Front50,
  client: Queryable,
  given: Readonly<Record<string, unknown>>,
  user: string,
): Promise<ProjectView> {
  const parsed = projectSchema.safeParse(given);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const field = issue?.path.join('.') || 'project';
    throw badRequest(`The project is wrong at ${field}: ${issue?.message ?? 'it has a wrong shape'}`, {
      field,
      fix: 'a project has a name, and a config of applications, pipelineConfigs and clusters',
    });
  }
  const project = parsed.data;
  const id = project.id?.trim() ? project.id : randomUUID();
  const body = Object.fromEntries(Object.entries(project).filter(([key]) => !OWN.has(key)));
  const row = await saveDocument(client, {
    kind: 'project',
    id,
    nameKey: nameKey(project.name),
    body,
    user,
    now: front50.clock.now(),
  });
  return projectView(row);
}

/** Deletes a project by its id or name. An unknown one is no error. */
export async function deleteProject(
  front50: Front50,
  client: Queryable,
  idOrName: string,
  user: string,
): Promise<void> {
  const row =
    (await findDocument(client, 'project', idOrName)) ??
    (await findDocumentNamed(client, 'project', nameKey(idOrName)));
  if (row) await deleteDocument(client, 'project', row.id, { user, now: front50.clock.now() });
}

/** Takes an application out of every project; one that has none left is deleted. */
export async function leaveProjects(
  client: Queryable,
  application: string,
  by: { readonly user: string; readonly now: number },
): Promise<void> {
  for (const project of await listProjects(client)) {
    const { config } = project;
    const applications = config.applications.filter((name) => name.toLowerCase() !== application);
    if (applications.length === config.applications.length) continue;
    if (applications.length === 0) {
      await deleteDocument(client, 'project', project.id, by);
      continue;
    }
    const body = {
      ...Object.fromEntries(Object.entries(project).filter(([key]) => !OWN.has(key))),
      config: {
        ...config,
        applications,
        pipelineConfigs: config.pipelineConfigs.filter((one) => one.application.toLowerCase() !== application),
      },
    };
    await saveDocument(client, { kind: 'project', id: project.id, nameKey: nameKey(project.name), body, ...by });
  }
}
