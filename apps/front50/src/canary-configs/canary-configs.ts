import { randomUUID } from 'node:crypto';
import { type CanaryConfigView, canaryConfigSchema } from '@gennaker/contracts/canary-configs';
import { badRequest, notFound } from '@gennaker/contracts/error';
import type { Queryable } from '@gennaker/store/database';
import type { z } from 'zod';
import {
  deleteDocument,
  type DocumentRow,
  findDocument,
  listDocuments,
  saveDocument,
} from '../documents/document-store.ts';
import type { Front50 } from '../front50.ts';

type CanaryConfig = z.output<typeof canaryConfigSchema>;

/** What the system writes itself; a client that sends it back changes nothing. */
const OWN = new Set(['createdTimestamp', 'createdTimestampIso', 'updatedTimestamp', 'updatedTimestampIso']);

function view(row: DocumentRow): CanaryConfigView {
  const updated = Number(row.updated_at);
  const created = Number(row.created_at ?? row.updated_at);
  return {
    ...canaryConfigSchema.parse(JSON.parse(row.body)),
    id: row.id,
    createdTimestamp: created,
    createdTimestampIso: new Date(created).toISOString(),
    updatedTimestamp: updated,
    updatedTimestampIso: new Date(updated).toISOString(),
  };
}

/** Canary configurations by name, of one application or of all. */
export async function listCanaryConfigs(client: Queryable, application?: string): Promise<CanaryConfigView[]> {
  const all = (await listDocuments(client, 'canaryConfig')).map(view);
  const wanted = application?.toLowerCase();
  return all
    .filter(({ applications }) => !wanted || applications.some((name) => name.toLowerCase() === wanted))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/** What a list shows of a canary configuration. */
export function canaryConfigSummary(config: CanaryConfigView) {
  const { id, name, applications, createdTimestamp, createdTimestampIso, updatedTimestamp, updatedTimestampIso } =
    config;
  return { id, name, applications, createdTimestamp, createdTimestampIso, updatedTimestamp, updatedTimestampIso };
}

async function found(client: Queryable, id: string): Promise<DocumentRow> {
  const row = await findDocument(client, 'canaryConfig', id);
  if (row) return row;
  throw notFound(`There is no canary configuration "${id}"`, {
    field: 'id',
    fix: 'GET /v2/canaryConfig lists those there are',
  });
}

/** A canary configuration. @throws ServiceError 404 */
export async function getCanaryConfig(client: Queryable, id: string): Promise<CanaryConfigView> {
  return view(await found(client, id));
}

/** Keeps a new canary configuration, inside the caller's transaction. @throws ServiceError 400 for an id that is taken */
export async function createCanaryConfig(
  front50: Front50,
  client: Queryable,
  config: CanaryConfig,
  user: string,
): Promise<{ canaryConfigId: string }> {
  const id = config.id ?? randomUUID();
  if (await findDocument(client, 'canaryConfig', id))
    throw badRequest(`A canary configuration with the id "${id}" already exists`, {
      field: 'id',
      fix: `leave the id out, or replace that one with PUT /v2/canaryConfig/${id}`,
    });
  return save(front50, client, id, config, user);
}

/** Replaces a canary configuration, inside the caller's transaction. @throws ServiceError 404; 400 for another id in the body */
export async function updateCanaryConfig(
  front50: Front50,
  client: Queryable,
  id: string,
  config: CanaryConfig,
  user: string,
): Promise<{ canaryConfigId: string }> {
  await found(client, id);
  if (config.id !== undefined && config.id !== id)
    throw badRequest(`The body has the id "${config.id}", the address "${id}"`, {
      field: 'id',
      fix: 'use the same id in both',
    });
  return save(front50, client, id, config, user);
}

async function save(
  front50: Front50,
  client: Queryable,
  id: string,
  config: CanaryConfig,
  user: string,
): Promise<{ canaryConfigId: string }> {
  const body = Object.fromEntries(Object.entries({ ...config, id }).filter(([key]) => !OWN.has(key)));
  await saveDocument(client, { kind: 'canaryConfig', id, nameKey: id, body, user, now: front50.clock.now() });
  return { canaryConfigId: id };
}

/** Deletes a canary configuration, inside the caller's transaction. @throws ServiceError 404 */
export async function deleteCanaryConfig(front50: Front50, client: Queryable, id: string, user: string): Promise<void> {
  await found(client, id);
  await deleteDocument(client, 'canaryConfig', id, { user, now: front50.clock.now() });
}
