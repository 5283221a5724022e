import type { Archive } from '@gennaker/contracts/archive';
import { authorizationSchema } from '@gennaker/contracts/people';
import { type Contents, readDocuments } from '@gennaker/documents/read-documents';
import { z } from 'zod';
import { reasonOf, Sentence } from '../up/sentence.ts';

const jsonSchema = z.record(z.string(), z.unknown());
const namedSchema = z.array(jsonSchema.and(z.object({ name: z.string() })));
const projectsSchema = z.array(jsonSchema.and(z.object({ id: z.string(), name: z.string() })));

/** What a system writes itself; where something is imported, it is of that system. */
const OWN = new Set(['createTs', 'updateTs', 'lastModified', 'lastModifiedBy']);

/** Reads a path of a gate: its text, or undefined when the gate has no such thing. */
type Get = (path: string) => Promise<string | undefined>;

function reader(source: string, token: string | undefined): Get {
  const base = source.replace(/\/+$/, '');
  return async (path) => {
    const headers = {
      accept: 'application/json',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    };
    const answer = await fetch(`${base}${path}`, { headers, signal: AbortSignal.timeout(60_000) }).catch(
      (error: unknown) => {
        throw new Sentence(`${base} does not answer: ${reasonOf(error)}`);
      },
    );
    const text = await answer.text();
    if (answer.status === 404) return undefined;
    if (!answer.ok) throw new Sentence(`${base}${path} answered ${answer.status}: ${text.slice(0, 200)}`);
    return text;
  };
}

async function applicationsOf(source: string, get: Get): Promise<z.infer<typeof namedSchema>> {
  const applications = namedSchema.safeParse(json(await get('/applications')));
  if (applications.success) return applications.data;
  throw new Sentence(`${source}/applications is no list of applications: is this a gate?`);
}

function json(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '') as unknown;
  } catch {
    return undefined;
  }
}

/**
 * Pipelines and templates of a live system, through its gate. `token`: sent as a bearer token.
 * @throws Sentence when it does not answer, or is no gate
 */
export async function readGate(source: string, token: string | undefined): Promise<Contents[]> {
  const base = source.replace(/\/+$/, '');
  const get = reader(source, token);
  const paths = [
    '/v2/pipelineTemplates',
    ...(await applicationsOf(base, get)).map(({ name }) => `/applications/${encodeURIComponent(name)}/pipelineConfigs`),
  ];
  const contents: Contents[] = [];
  for (const path of paths) {
    const text = (await get(path))?.trim() ?? '';
    // An application without pipelines is nothing to report.
    if (text !== '' && text !== '[]') contents.push(readDocuments(`${base}${path}`, text));
  }
  return contents;
}

/**
 * What stands around the pipelines of a live system: applications with their permissions, their notifications and
 * strategies, and projects.
 * @throws Sentence when it does not answer, or is no gate
 */
export async function readAround(source: string, token: string | undefined): Promise<Archive> {
  const get = reader(source, token);
  const applications = await applicationsOf(source, get);
  const around: Archive = {
    archive: 'gennaker/1',
    applications: applications.map(applicationOf),
    documents: [],
    pipelines: [],
    strategies: [],
  };
  for (const { name } of applications) {
    const settings = jsonSchema.safeParse(json(await get(`/notifications/application/${encodeURIComponent(name)}`)));
    const { application: _application, ...body } = without(settings.data ?? {});
    if (Object.keys(body).length > 0) around.documents.push({ kind: 'notifications', id: name.toLowerCase(), body });
    const strategies = z
      .array(jsonSchema.and(z.object({ id: z.string() })))
      .safeParse(json(await get(`/applications/${encodeURIComponent(name)}/strategyConfigs`)));
    for (const strategy of strategies.data ?? [])
      around.strategies.push({ id: strategy.id, text: JSON.stringify(without(strategy), null, 2), cronIds: [] });
  }
  for (const { id, ...project } of projectsSchema.safeParse(json(await get('/projects'))).data ?? [])
    around.documents.push({ kind: 'project', id, body: without(project) });
  return around;
}

function without(document: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(document).filter(([key]) => !OWN.has(key)));
}

/** An application's attributes; of its permissions those that there are here. */
function applicationOf(
  application: Readonly<Record<string, unknown>> & { readonly name: string },
): Archive['applications'][number] {
  const { name } = application;
  const permissions = jsonSchema.safeParse(application['permissions']);
  const kept = Object.entries(permissions.data ?? {}).filter(([key]) => authorizationSchema.safeParse(key).success);
  return {
    ...without(application),
    name,
    ...(permissions.success ? { permissions: Object.fromEntries(kept) } : {}),
  };
}

/** What of it is not there yet; what is there stays as it is. */
export function notYetIn(
  around: Archive,
  there: {
    readonly applications: readonly { readonly name: string }[];
    readonly projects: readonly { readonly id: string; readonly name: string }[];
    readonly strategies: readonly { readonly id?: string | undefined }[];
  },
): Archive {
  const lower = (names: readonly string[]): Set<string> => new Set(names.map((name) => name.toLowerCase()));
  const applications = lower(there.applications.map(({ name }) => name));
  const projects = lower(there.projects.flatMap(({ id, name }) => [id, name]));
  const strategies = new Set(there.strategies.map(({ id }) => id));
  return {
    ...around,
    applications: around.applications.filter(({ name }) => !applications.has(name.toLowerCase())),
    documents: around.documents.filter(({ kind, id, body }) =>
      kind === 'project'
        ? !projects.has(id.toLowerCase()) && !projects.has(String(body['name']).toLowerCase())
        : !applications.has(id),
    ),
    strategies: around.strategies.filter(({ id }) => !strategies.has(id)),
  };
}
