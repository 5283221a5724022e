import { badRequest, ServiceError } from '@gennaker/contracts/error';
import type { Pipeline } from '@gennaker/contracts/front50';
import type { Queryable } from '@gennaker/store/database';
import type { Front50 } from '../front50.ts';
import type { PipelineKind } from './pipeline-row.ts';
import { getPipelineByName, getStoredPipeline } from './read-pipelines.ts';
import { savePipeline } from './save-pipeline.ts';

/** What became of a bulk save, in the words of Spinnaker's API. */
export interface BulkSaved {
  readonly successful_pipelines_count: number;
  readonly successful_pipelines: string[];
  readonly failed_pipelines_count: number;
  readonly failed_pipelines: (Readonly<Record<string, unknown>> & { errorMsg: string })[];
}

/** Has each of several changes done or undone by itself. */
export type Separately = <T>(change: (client: Queryable) => Promise<T>) => Promise<T>;

/** Inside a transaction: a change that fails is undone alone, and the transaction goes on. */
export function withSavepoints(client: Queryable): Separately {
  return async (change) => {
    await client.query('savepoint one_of_many');
    try {
      return await change(client);
    } catch (error) {
      await client.query('rollback to savepoint one_of_many');
      throw error;
    } finally {
      await client.query('release savepoint one_of_many');
    }
  };
}

/** Saves pipelines one by one: what is right is saved, what is wrong comes back with its error. */
export async function savePipelines(
  front50: Front50,
  separately: Separately,
  documents: readonly Readonly<Record<string, unknown>>[],
  user: string,
): Promise<BulkSaved> {
  const saved: string[] = [];
  const failed: (Readonly<Record<string, unknown>> & { errorMsg: string })[] = [];
  for (const document of documents) {
    try {
      const done = await separately((client) =>
        savePipeline(front50, client, new TextEncoder().encode(JSON.stringify(document)), {
          kind: 'pipeline',
          staleCheck: false,
          user,
        }),
      );
      saved.push(done.pipeline.name);
    } catch (error) {
      if (!(error instanceof ServiceError) || error.status >= 500) throw error;
      failed.push({ ...document, errorMsg: error.message });
    }
  }
  return {
    successful_pipelines_count: saved.length,
    successful_pipelines: saved,
    failed_pipelines_count: failed.length,
    failed_pipelines: failed,
  };
}

/** Gives pipelines their places in their application's list. @throws ServiceError 400 for an id of another application */
export async function reorderPipelines(
  client: Queryable,
  application: string,
  idsToIndices: Readonly<Record<string, number>>,
  kind: PipelineKind,
): Promise<void> {
  const ids = Object.keys(idsToIndices);
  const { rowCount } = await client.query(
    `update front50.pipelines as p set position = given.position
     from unnest($1::text[], $2::int[]) as given (id, position)
     where p.id = given.id and p.application = $3 and p.kind = $4`,
    [ids, Object.values(idsToIndices), application.trim().toLowerCase(), kind],
  );
  if (rowCount !== ids.length)
    throw badRequest(`Not all of these ids are ${kind === 'strategy' ? 'strategies' : 'pipelines'} of ${application}`, {
      field: 'idsToIndices',
      fix: `see GET /applications/${application}/${kind}Configs for the ids`,
    });
}

/** Renames a pipeline, as a new version. @throws ServiceError 404 for an unknown one, 400 for a name that is taken */
export async function renamePipeline(
  front50: Front50,
  client: Queryable,
  which: { readonly application: string; readonly from: string; readonly to: string; readonly kind: PipelineKind },
  user: string,
): Promise<Pipeline> {
  const { id = '' } = await getPipelineByName(client, which.application, which.from, which.kind);
  const { text } = await getStoredPipeline(client, id);
  const document = { ...(JSON.parse(text) as Readonly<Record<string, unknown>>), name: which.to, id };
  const saved = await savePipeline(front50, client, new TextEncoder().encode(JSON.stringify(document, null, 2)), {
    kind: which.kind,
    staleCheck: false,
    user,
    id,
  });
  return saved.pipeline;
}
