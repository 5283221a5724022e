import type { Archive, DocumentKind } from '@gennaker/contracts/archive';
import type { Streamed } from '@gennaker/contracts/route';
import type { Database } from '@gennaker/store/database';
import { readRows } from '@gennaker/store/read-rows';
import type { PipelineKind } from '../pipelines/pipeline-row.ts';

type Store = Pick<Database, 'pool'>;

/** Everything that is kept, read as it is sent; each kind in an order of its own, so that equal systems have equal archives. */
export function readArchive(db: Store): Streamed<Archive> {
  return {
    archive: 'gennaker/1',
    applications: applicationsOf(db),
    documents: documentsOf(db),
    pipelines: keptOf(db, 'pipeline'),
    strategies: keptOf(db, 'strategy'),
  };
}

async function* applicationsOf(db: Store): AsyncGenerator<Archive['applications'][number]> {
  const rows = readRows<{ id: string; attributes: Record<string, unknown> }>(
    db,
    'select id, attributes from front50.applications order by id collate "C"',
  );
  for await (const { id, attributes } of rows) yield { ...attributes, name: id };
}

async function* documentsOf(db: Store): AsyncGenerator<Archive['documents'][number]> {
  const rows = readRows<{ kind: DocumentKind; id: string; body: string }>(
    db,
    'select kind, id, body from front50.documents order by kind collate "C", id collate "C"',
  );
  for await (const { body, ...document } of rows)
    yield { ...document, body: JSON.parse(body) as Record<string, unknown> };
}

async function* keptOf(db: Store, kind: PipelineKind): AsyncGenerator<Archive['pipelines'][number]> {
  const rows = readRows<{ id: string; body: string; position: number | null; cron_ids: (string | null)[] }>(
    db,
    `select id, body, position, cron_ids from front50.pipelines where kind = $1
     order by application collate "C", name_key collate "C", id collate "C"`,
    [kind],
  );
  for await (const { id, body, position, cron_ids: cronIds } of rows)
    yield { id, text: body, ...(position === null ? {} : { index: position }), cronIds };
}
