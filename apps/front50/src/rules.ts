import { authorize } from '@gennaker/access/authorize';
import { applicationOfEntity, entityTagsSchema } from '@gennaker/contracts/entity-tags';
import { badRequest, ServiceError } from '@gennaker/contracts/error';
import type { front50Api } from '@gennaker/contracts/front50';
import { type Identity, type Person, permissionsSchema } from '@gennaker/contracts/people';
import { type Access, applicationOf, type Rules } from '@gennaker/service/guard';
import type { Queryable } from '@gennaker/store/database';

type Json = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Json =>
  value !== null && typeof value === 'object' && !Array.isArray(value);
const inner = (item: unknown): string | undefined => applicationOf(isObject(item) ? item['pipeline'] : undefined);
const named = (item: unknown): string | undefined =>
  isObject(item) && typeof item['name'] === 'string' ? item['name'] : undefined;

/** Finds a known person or service account; undefined for any other name. */
export type FindPerson = (name: string) => Promise<Person | undefined>;

/** Who may call what of front50: WRITE changes an application and its pipelines, READ shows them. */
export function front50Rules(client: Queryable, access: Access, person: FindPerson): Rules<typeof front50Api> {
  const ofPipeline = async (id: string): Promise<string | null> => {
    const { rows } = await client.query<{ application: string }>(
      'select application from front50.pipelines where id = $1',
      [id],
    );
    // Nobody's: the handler says that there is none.
    return rows[0]?.application ?? null;
  };
  const ofVersions = async (id: string): Promise<string[] | null> => {
    const { rows } = await client.query<{ application: string }>(
      'select distinct application from front50.pipeline_versions where pipeline_id = $1',
      [id],
    );
    return rows.length === 0 ? null : rows.map(({ application }) => application);
  };
  /** A restore is a save: whoever asks for it must be allowed to save what comes back, in every application it was in. */
  const ofRestored = async (id: string, version: number | undefined, identity: Identity): Promise<string[] | null> => {
    const { rows } = await client.query<{ body: string }>(
      `select body from front50.pipeline_versions where pipeline_id = $1 and ($2::int is null or version = $2)
       order by version desc limit 1`,
      [id, version ?? null],
    );
    for (const { body } of rows) await runsAsNobodyElse(access, identity, person, parsed(body));
    return ofVersions(id);
  };
  const ofTask = async (id: string): Promise<string | null> => {
    const { rows } = await client.query<{ application: string }>(
      'select application from front50.tasks where id = $1',
      [id],
    );
    return rows[0]?.application ?? null;
  };
  const ofSaved = async (document: unknown, id: unknown): Promise<string[] | undefined> => {
    const target = applicationOf(document);
    if (target === undefined) return undefined;
    const before = typeof id === 'string' ? await ofPipeline(id) : null;
    return before === null ? [target] : [target, before];
  };
  const ofJob = async (job: Json, identity: Identity): Promise<string[]> => {
    const { application } = job;
    // Projects hold names only: whoever is known may change them.
    if (job['type'] === 'upsertProject' || job['type'] === 'deleteProject') return [];
    const names: string[] = [];
    if (application !== undefined && job['type'] !== 'savePipeline' && job['type'] !== 'updatePipeline') {
      const encoded = job['type'] === 'reorderPipelines' ? pipelineOf(application) : undefined;
      const name = isObject(application) ? named(application) : typeof encoded === 'string' ? encoded : application;
      if (typeof name === 'string') {
        if (isObject(application)) await staysIn(access, identity, name, application);
        names.push(name);
      }
    }
    const many = pipelineOf(job['pipelines']);
    const documents = [pipelineOf(job['pipeline']), ...(Array.isArray(many) ? (many as readonly unknown[]) : [])];
    for (const document of documents) await runsAsNobodyElse(access, identity, person, document);
    const found = await Promise.all(
      documents.map((document) => ofSaved(document, isObject(document) ? document['id'] : undefined)),
    );
    return [...names, ...found.flatMap((these) => these ?? [])];
  };
  const ofEntityTags = async (id: string): Promise<string | undefined | null> => {
    const { rows } = await client.query<{ body: string }>(
      "select body from front50.documents where kind = 'entityTags' and id = $1",
      [id.toLowerCase()],
    );
    return rows[0] === undefined ? null : applicationOfTags(parsed(rows[0].body));
  };
  const ofCanaryConfig = async (id: string): Promise<string[]> => {
    const { rows } = await client.query<{ body: string }>(
      "select body from front50.documents where kind = 'canaryConfig' and id = $1",
      [id],
    );
    return rows.flatMap(({ body }) => applicationsOf(parsed(body)));
  };
  return {
    listApplications: { shows: named },
    getApplication: { needs: 'READ', of: ({ params }) => params.application },
    upsertApplication: {
      needs: 'WRITE',
      of: async ({ params, body, identity }) => {
        await staysIn(access, identity, params.application, body);
        return params.application;
      },
    },
    deleteApplication: { needs: 'WRITE', of: ({ params }) => params.application },
    listPermissions: 'service',
    listPipelines: { shows: applicationOf },
    getPipeline: { shows: applicationOf },
    getPipelineText: { needs: 'READ', of: ({ params }) => ofPipeline(params.id) },
    getPipelineByName: { needs: 'READ', of: ({ params }) => params.application },
    savePipeline: {
      needs: 'WRITE',
      of: async ({ rawBody, query, identity }) => {
        const document = parsed(new TextDecoder().decode(rawBody));
        // What is no pipeline is refused by the handler, with what is wrong.
        if (applicationOf(document) === undefined) return null;
        await runsAsNobodyElse(access, identity, person, document);
        const ids = [query.id, isObject(document) ? document['id'] : undefined];
        const found = await Promise.all(ids.map((id) => ofSaved(document, id)));
        return found.flatMap((names) => names ?? []);
      },
    },
    deletePipeline: { needs: 'WRITE', of: ({ params }) => params.application },
    savePipelines: {
      needs: 'WRITE',
      of: async ({ body, identity }) => {
        for (const document of body) await runsAsNobodyElse(access, identity, person, document);
        const found = await Promise.all(body.map((document) => ofSaved(document, document['id'])));
        return found.flatMap((names) => names ?? []);
      },
    },
    reorderPipelines: { needs: 'WRITE', of: ({ body }) => body.application },
    renamePipeline: { needs: 'WRITE', of: ({ body }) => body.application },
    applicationHistory: { needs: 'READ', of: ({ params }) => params.application },
    pipelineChanges: { needs: 'READ', of: ({ params }) => ofVersions(params.id) },
    pipelineDiff: { needs: 'READ', of: ({ params }) => ofVersions(params.id) },
    pipelineBlame: { needs: 'READ', of: ({ params }) => ofVersions(params.id) },
    restorePipelineVersion: {
      needs: 'WRITE',
      of: ({ params, body, identity }) => ofRestored(params.id, body.version, identity),
    },
    listDeleted: { shows: applicationOf },
    restoreDeleted: {
      needs: 'WRITE',
      of: ({ params, identity }) =>
        params.kind === 'pipeline' || params.kind === 'strategy'
          ? ofRestored(params.id, undefined, identity)
          : params.kind === 'application'
            ? params.id
            : null,
    },
    listTemplates: 'signed',
    templateVersions: 'signed',
    getTemplate: 'signed',
    createTemplate: 'signed',
    updateTemplate: 'signed',
    deleteTemplate: 'signed',
    templateDependents: { shows: applicationOf },
    convertToTemplate: { needs: 'READ', of: ({ params }) => ofPipeline(params.id) },
    planTemplate: 'signed',
    listEntityTags: { shows: (item) => applicationOfTags(item) ?? null },
    getEntityTags: { shows: (item) => applicationOfTags(item) ?? null },
    upsertEntityTags: { needs: 'WRITE', of: ({ body }) => applicationOfEntity(body.entityRef) },
    deleteEntityTags: { needs: 'WRITE', of: ({ params }) => ofEntityTags(params.id) },
    listCanaryConfigs: { shows: applicationsOf },
    getCanaryConfig: { shows: applicationsOf },
    createCanaryConfig: { needs: 'WRITE', of: ({ body }) => body.applications },
    updateCanaryConfig: {
      needs: 'WRITE',
      of: async ({ params, body }) => [...body.applications, ...(await ofCanaryConfig(params.id))],
    },
    deleteCanaryConfig: {
      needs: 'WRITE',
      of: async ({ params }) => {
        const names = await ofCanaryConfig(params.id);
        // Nobody's: the handler says that there is none.
        return names.length === 0 ? null : names;
      },
    },
    readArchive: 'admin',
    restoreArchive: 'admin',
    listProjects: 'signed',
    getProject: 'signed',
    projectHistory: 'signed',
    getNotificationSettings: {
      needs: 'READ',
      of: ({ params }) => (params.level === 'global' ? null : params.application),
    },
    saveNotificationSettings: {
      needs: 'WRITE',
      of: ({ params }) => (params.level === 'global' ? undefined : params.application),
    },
    deleteNotificationSettings: {
      needs: 'WRITE',
      of: ({ params }) => (params.level === 'global' ? undefined : params.application),
    },
    getStoredPipeline: { shows: inner },
    submitTask: {
      needs: 'WRITE',
      of: async ({ body, identity }) => {
        const names = await Promise.all(body.job.map((job) => ofJob(job, identity)));
        // A job that names nothing is refused by front50 itself, so that its task belongs to the named application.
        return [body.application, ...names.flat()];
      },
    },
    getTask: { shows: applicationOf },
    deleteTask: { needs: 'WRITE', of: ({ params }) => ofTask(params.id) },
    listTasks: { needs: 'READ', of: ({ params }) => params.application },
    pipelineHistory: { shows: applicationOf },
  };
}

/** Refuses permissions that cannot be read, and such that lock out whoever sets them, unless an administrator does. */
async function staysIn(access: Access, identity: Identity, name: string, attributes: Json): Promise<void> {
  if (attributes['permissions'] === undefined || attributes['permissions'] === null) return;
  const given = permissionsSchema.safeParse(attributes['permissions']);
  if (!given.success)
    throw badRequest('Permissions are lists of roles under READ, WRITE and EXECUTE', {
      field: 'permissions',
      fix: 'write, for example, {"READ": ["dev"], "WRITE": ["ops"]}',
    });
  if (identity.admin || !(await access.authentication())) return;
  for (const authorization of ['READ', 'WRITE'] as const)
    if (!authorize(identity, authorization, given.data, name).allowed)
      throw badRequest(`These permissions would take ${authorization} of ${name} from ${identity.user} too`, {
        field: `permissions.${authorization}`,
        fix: `keep one of your roles there (${identity.roles.join(', ') || 'you have none'}), or ask an administrator`,
      });
}

/** Refuses triggers that run as somebody with more rights than whoever saves them. */
async function runsAsNobodyElse(
  access: Access,
  identity: Identity,
  person: FindPerson,
  document: unknown,
): Promise<void> {
  const triggers = isObject(document) && Array.isArray(document['triggers']) ? document['triggers'] : [];
  const names = triggers.flatMap((trigger: unknown) =>
    isObject(trigger) && typeof trigger['runAsUser'] === 'string' ? [trigger['runAsUser']] : [],
  );
  if (identity.admin || names.length === 0 || !(await access.authentication())) return;
  for (const name of new Set(names)) {
    if (name === identity.user) continue;
    const found = await person(name);
    const more = found?.roles.filter((role) => !identity.roles.includes(role)) ?? [];
    if (found?.admin || more.length > 0)
      throw new ServiceError(403, `${identity.user} may not let a trigger run as ${name}`, {
        field: 'triggers.runAsUser',
        fix: found?.admin
          ? 'an administrator can save this trigger'
          : `this takes all of its roles; yours lack ${more.join(', ')}`,
      });
  }
}

function applicationOfTags(item: unknown): string | undefined {
  const tags = entityTagsSchema.safeParse(item);
  return tags.success ? applicationOfEntity(tags.data.entityRef) : undefined;
}

function applicationsOf(item: unknown): string[] {
  const names =
    isObject(item) && Array.isArray(item['applications']) ? (item['applications'] as readonly unknown[]) : [];
  return names.filter((name) => typeof name === 'string');
}

function pipelineOf(given: unknown): unknown {
  return typeof given === 'string' ? parsed(Buffer.from(given, 'base64').toString()) : given;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
