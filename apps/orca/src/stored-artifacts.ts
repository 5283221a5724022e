import { createHash } from 'node:crypto';
import { notFound } from '@gennaker/contracts/error';
import type { RunResult } from '@gennaker/engine/messages';
import type { Json } from '@gennaker/engine/model';
import type { Queryable } from '@gennaker/store/database';
import type { Blob } from './blobs.ts';
import { joined, texts } from './transition.ts';

/** Artifacts that carry their content, and what they are called when it is kept apart. */
const STORED_AS: Readonly<Record<string, string>> = {
  'embedded/base64': 'remote/base64',
  'embedded/map/base64': 'remote/map/base64',
};
/** Where contexts, outputs and triggers have artifacts. */
const PLACES = ['artifacts', 'receivedArtifacts', 'expectedArtifacts', 'resolvedExpectedArtifacts'] as const;

/** A value with references in place of large contents, and these. */
export interface Apart<T> {
  readonly value: T;
  readonly blobs: readonly Blob[];
}

/** The same object with the contents of its artifacts beyond `above` characters kept apart, by their hashes. */
export function artifactsApart<T extends Json>(value: T, application: string, above: number): Apart<T> {
  const blobs: Blob[] = [];
  const held = PLACES.filter((place) => value[place] !== undefined);
  const changed = held.map((place) => [place, apart(value[place], application, above, blobs)] as const);
  return blobs.length === 0 ? { value, blobs } : { value: { ...value, ...Object.fromEntries(changed) }, blobs };
}

/** The same of what a task answered. */
export function resultApart(result: RunResult, application: string, above: number): Apart<RunResult> {
  if (!result.outputs && !result.context) return { value: result, blobs: [] };
  const outputs = result.outputs && artifactsApart(result.outputs, application, above);
  const context = result.context && artifactsApart(result.context, application, above);
  const blobs = [...(outputs?.blobs ?? []), ...(context?.blobs ?? [])];
  if (blobs.length === 0) return { value: result, blobs };
  return {
    value: { ...result, ...(outputs && { outputs: outputs.value }), ...(context && { context: context.value }) },
    blobs,
  };
}

function apart(value: unknown, application: string, above: number, blobs: Blob[]): unknown {
  if (Array.isArray(value)) return value.map((item) => apart(item, application, above, blobs));
  if (typeof value !== 'object' || value === null) return value;
  const { type, reference } = value as Json;
  const storedAs = typeof type === 'string' && Object.hasOwn(STORED_AS, type) ? STORED_AS[type] : undefined;
  if (storedAs === undefined || typeof reference !== 'string' || reference.length <= above)
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, apart(item, application, above, blobs)]),
    );
  const data = JSON.stringify(reference);
  const hash = createHash('sha256').update(data).digest('hex');
  blobs.push({ hash, data });
  return { ...value, type: storedAs, reference: `ref://${application}/${hash}` };
}

/** Keeps contents for as long as an execution that holds them, each once. Answers true. */
export async function storeContents(db: Queryable, executionId: string, blobs: readonly Blob[]): Promise<true> {
  await db.query({
    name: 'orca-store-artifacts',
    text: `with stored as (
             insert into orca.blobs (hash, data)
             select distinct on (v.hash) decode(v.hash, 'hex'), v.data from unnest(${texts(2)}, ${texts(3)}) as v(hash, data)
             order by v.hash on conflict do nothing)
           insert into orca.blob_uses (execution_id, hash)
           select distinct $1, decode(hash, 'hex') from unnest(${texts(2)}) as hash on conflict do nothing`,
    values: [executionId, joined(blobs.map(({ hash }) => hash)), joined(blobs.map(({ data }) => data))],
  });
  return true;
}

/**
 * What a reference of an application's artifact stands for, as base64.
 * @throws ServiceError 404 when no execution of the application holds it
 */
export async function storedContent(db: Queryable, application: string, hash: string): Promise<string> {
  const { rows } = await db.query<{ data: string }>({
    name: 'orca-stored-artifact',
    text: `select data from orca.blobs where hash = decode($2, 'hex') and exists (
             select from orca.blob_uses u join orca.executions e on e.id = u.execution_id
             where u.hash = decode($2, 'hex') and e.application = $1)`,
    values: [application, hash],
  });
  const content: unknown = rows[0] && JSON.parse(rows[0].data);
  if (typeof content !== 'string')
    throw notFound(`No execution of ${application} holds an artifact ${hash}`, {
      fix: 'run what makes the artifact again; contents go with the executions that hold them',
    });
  return content;
}
