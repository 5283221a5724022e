import type { Archive, DocumentKind } from '@gennaker/contracts/archive';
import type { Queryable } from '@gennaker/store/database';

interface KeptRow {
  readonly id: string;
  readonly kind: string;
  readonly body: string;
  readonly position: number | null;
  readonly cron_ids: (string | null)[];
}

/** Everything that is kept, each kind in an order of its own, so that equal systems have equal archives. */
export async function readArchive(client: Queryable): Promise<Archive> {
  const { rows: applications } = await client.query<{ id: string; attributes: Record<string, unknown> }>(
    'select id, attributes from front50.applications order by id collate "C"',
  );
  const { rows: documents } = await client.query<{ kind: DocumentKind; id: string; body: string }>(
    'select kind, id, body from front50.documents order by kind collate "C", id collate "C"',
  );
  const { rows } = await client.query<KeptRow>(
    `select id, kind, body, position, cron_ids from front50.pipelines
     order by application collate "C", name_key collate "C", id collate "C"`,
  );
  const kept = (wanted: string): Archive['pipelines'] =>
    rows
      .filter(({ kind }) => kind === wanted)
      .map(({ id, body, position, cron_ids: cronIds }) => ({
        id,
        text: body,
        ...(position === null ? {} : { index: position }),
        cronIds,
      }));
  return {
    archive: 'gennaker/1',
    applications: applications.map(({ id, attributes }) => ({ ...attributes, name: id })),
    documents: documents.map(({ body, ...document }) => ({
      ...document,
      body: JSON.parse(body) as Record<string, unknown>,
    })),
    pipelines: kept('pipeline'),
    strategies: kept('strategy'),
  };
}
