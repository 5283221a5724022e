import { createHash } from 'node:crypto';
import { badRequest, notFound } from '@gennaker/contracts/error';
import {
  type PipelineTemplate,
  pipelineTemplateSchema,
  type StoredTemplate,
  templateTagSchema,
} from '@gennaker/contracts/pipeline-templates';
import type { Queryable } from '@gennaker/store/database';
import {
  deleteDocument,
  type DocumentRow,
  findDocument,
  listDocuments,
  saveDocument,
} from '../documents/document-store.ts';
import type { Front50 } from '../front50.ts';
import { dependentsOf } from './dependents.ts';

type Json = Readonly<Record<string, unknown>>;

/** Which version of a template: by tag or digest; neither: the latest. */
export interface TemplateVersion {
  readonly tag?: string | undefined;
  readonly digest?: string | undefined;
}

/** Fields that the system writes itself; they are no part of what a digest is of. */
const OWN = new Set(['tag', 'digest', 'updateTs', 'lastModifiedBy', 'createTs']);

/** A template's SHA-256: of its JSON with keys sorted at every depth and without blanks. */
export function digestOf(template: Json): string {
  const content = Object.fromEntries(Object.entries(template).filter(([key]) => !OWN.has(key)));
  return createHash('sha256').update(sortedJson(content)).digest('hex');
}

function sortedJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(sortedJson).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'null';
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  return `{${entries
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, item]) => `${JSON.stringify(key)}:${sortedJson(item)}`)
    .join(',')}}`;
}

function storedId(id: string, { tag, digest }: TemplateVersion): string {
  return digest === undefined ? `${id}:${tag ?? 'latest'}` : `${id}@sha256:${digest.replace(/^sha256:/, '')}`;
}

function templateView(row: DocumentRow): StoredTemplate {
  const template = pipelineTemplateSchema.parse(JSON.parse(row.body));
  const [, tag] = /^[^@]*:([^:]*)$/.exec(row.id) ?? [];
  return {
    ...template,
    ...(tag === undefined ? {} : { tag }),
    digest: digestOf(template),
    updateTs: row.updated_at,
    lastModifiedBy: row.updated_by,
  };
}

/** A scope stands for itself, ignoring case, or is a regular expression without groups. */
function inScopes(template: PipelineTemplate, scopes: readonly string[] | undefined): boolean {
  if (!scopes || scopes.length === 0) return true;
  return template.metadata.scopes.some((scope) =>
    scopes.some((wanted) => wanted.toLowerCase() === scope.toLowerCase() || wildcard(scope).test(wanted)),
  );
}

/** Only `.*` and `*` of a scope's expression mean something: a template's author cannot make a list hang. */
function wildcard(scope: string): RegExp {
  const parts = scope.split(/\.?\*/).map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`, 'i');
}

/** The latest version of every template, by id. */
export async function listTemplates(client: Queryable, scopes?: readonly string[]): Promise<StoredTemplate[]> {
  const rows = (await listDocuments(client, 'template')).filter(({ id }) => id.endsWith(':latest'));
  return rows.map(templateView).filter((template) => inScopes(template, scopes));
}

/** All versions of every template, by its id. */
export async function templateVersions(
  client: Queryable,
  scopes?: readonly string[],
): Promise<Record<string, StoredTemplate[]>> {
  const versions: Record<string, StoredTemplate[]> = {};
  for (const row of await listDocuments(client, 'template')) {
    const template = templateView(row);
    if (inScopes(template, scopes)) (versions[template.id] ??= []).push(template);
  }
  return versions;
}

/** A version of a template. @throws ServiceError 404, and 400 when both tag and digest are given */
export async function getTemplate(client: Queryable, id: string, version: TemplateVersion): Promise<StoredTemplate> {
  if (version.tag !== undefined && version.digest !== undefined)
    throw badRequest('Ask for a template by tag or by digest, not by both', { field: 'digest', fix: 'leave one out' });
  const row = await findDocument(client, 'template', storedId(id, version));
  if (!row) {
    const what = version.digest
      ? ` with the digest ${version.digest}`
      : version.tag
        ? ` with the tag ${version.tag}`
        : '';
    throw notFound(`There is no pipeline template "${id}"${what}`, {
      field: 'id',
      fix: 'GET /v2/pipelineTemplates lists those there are',
    });
  }
  return templateView(row);
}

function parsed(given: Json, id?: string): PipelineTemplate {
  if (given['schema'] !== undefined && given['schema'] !== 'v2')
    throw badRequest(`A template of the schema "${String(given['schema'])}" cannot be kept`, {
      field: 'schema',
      fix: 'write it in schema "v2"',
    });
  const content = Object.fromEntries(Object.entries(given).filter(([key]) => !OWN.has(key)));
  const template = pipelineTemplateSchema.safeParse({
    ...content,
    ...(id === undefined ? {} : { id: given['id'] ?? id }),
  });
  if (!template.success) {
    const errors = template.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
    throw badRequest(`The template has a wrong shape: ${errors.join('; ')}`, {
      field: template.error.issues[0]?.path.join('.') ?? 'body',
      fix: 'a template has id, metadata {name, description, owner, scopes}, variables and pipeline',
      errors,
    });
  }
  const names = template.data.variables.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined)
    throw badRequest(`The template has the variable "${twice}" twice`, { field: 'variables', fix: 'keep one of them' });
  if (id !== undefined && template.data.id !== id)
    throw badRequest(`The body has the id "${template.data.id}", the address "${id}"`, {
      field: 'id',
      fix: 'use the same id in both',
    });
  return template.data;
}

/** Creates a template, inside the caller's transaction. @throws ServiceError 400 for a wrong shape or tag, or an id that is taken */
export async function createTemplate(
  front50: Front50,
  client: Queryable,
  given: Json,
  tag: string | undefined,
  user: string,
): Promise<StoredTemplate> {
  const template = parsed(given);
  const id = storedId(template.id, { tag: tag || undefined });
  if (await findDocument(client, 'template', id))
    throw badRequest(`A pipeline template with the id "${id}" already exists`, {
      field: 'id',
      fix: 'choose another id, or update that template',
    });
  return store(front50, client, template, tag, user);
}

/** Adds a version of a template, inside the caller's transaction. @throws ServiceError 404, 400 */
export async function updateTemplate(
  front50: Front50,
  client: Queryable,
  id: string,
  given: Json,
  tag: string | undefined,
  user: string,
): Promise<StoredTemplate> {
  await getTemplate(client, id, {});
  return store(front50, client, parsed(given, id), tag, user);
}

/** Every save keeps an immutable copy under its digest, and moves the tag and `latest` to it. */
async function store(
  front50: Front50,
  client: Queryable,
  template: PipelineTemplate,
  tag: string | undefined,
  user: string,
): Promise<StoredTemplate> {
  const named = tag === undefined || tag === '' ? undefined : templateTagSchema.safeParse(tag);
  if (named && !named.success)
    throw badRequest(`There is no tag "${tag}"`, {
      field: 'tag',
      fix: `use one of ${templateTagSchema.options.join(', ')}`,
    });
  const digest = digestOf(template);
  const ids = new Set([
    storedId(template.id, { digest }),
    storedId(template.id, { tag: 'latest' }),
    ...(named ? [storedId(template.id, { tag: named.data })] : []),
  ]);
  for (const id of ids)
    await saveDocument(client, {
      kind: 'template',
      id,
      nameKey: id.toLowerCase(),
      body: template,
      user,
      now: front50.clock.now(),
    });
  return getTemplate(client, template.id, named ? { tag: named.data } : {});
}

/** Deletes a template, or one of its tags or digests, inside the caller's transaction. @throws ServiceError 404; 400 while pipelines use it */
export async function deleteTemplate(
  front50: Front50,
  client: Queryable,
  id: string,
  version: TemplateVersion,
  user: string,
): Promise<void> {
  await getTemplate(client, id, version);
  const isWhole = version.tag === undefined && version.digest === undefined;
  const users = await dependentsOf(client, id);
  const used = isWhole ? users : users.filter(({ reference }) => reference === `spinnaker://${storedId(id, version)}`);
  if (used.length > 0)
    throw badRequest(
      `The template "${id}" is used by ${used.length} pipeline(s): ${used
        .slice(0, 5)
        .map(({ name, application }) => `${application}/${name}`)
        .join(', ')}`,
      { field: 'id', fix: 'delete these pipelines first, or let them use another template', dependents: used },
    );
  const rows = await listDocuments(client, 'template');
  const gone = isWhole
    ? rows.filter((row) => row.id.startsWith(`${id}:`) || row.id.startsWith(`${id}@sha256:`))
    : rows.filter((row) => row.id === storedId(id, version));
  for (const row of gone) await deleteDocument(client, 'template', row.id, { user, now: front50.clock.now() });
}
