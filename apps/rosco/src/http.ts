import { notFound } from '@gennaker/contracts/error';
import type { roscoApi } from '@gennaker/contracts/rosco';
import type { Handlers, StreamEvent } from '@gennaker/contracts/route';
import { followLog, readLog } from '@gennaker/runner/process-log';
import { type BakeRow, getBakeRow, requestCancel } from './bake-store.ts';
import type { Bakery } from './bakery.ts';
import { createBake } from './create-bake.ts';
import { bakeOptions } from './templates.ts';

/** Rosco's operations, bound to its use cases. */
export function roscoHandlers(bakery: Bakery): Handlers<typeof roscoApi> {
  const find = async (id: string): Promise<BakeRow> => {
    const row = await getBakeRow(bakery.db.pool, id);
    if (!row) throw notFound(`There is no bake ${id}`, { fix: 'check the id: it is in the answer of POST .../bake' });
    return row;
  };
  const ended = async (id: string): Promise<boolean> => {
    const { state } = await find(id);
    return state === 'COMPLETED' || state === 'CANCELED';
  };
  return {
    bakeOptions,
    createBake: async ({ params, query, body, headers, traceparent }) => {
      const { row, existed } = await createBake(bakery, {
        region: params.region,
        request: body,
        rebake: query.rebake === '1' || query.rebake === 'true',
        key: headers['idempotency-key'],
        traceparent,
      });
      return { ...statusOf(row), existed };
    },
    bakeStatus: async ({ params }) => statusOf(await find(params.id)),
    getBake: async ({ params }) => bakeOf(await find(params.id)),
    cancelBake: async ({ params, query }) => {
      await find(params.id);
      const { executionId, stageId } = query;
      await requestCancel(bakery.db, params.id, executionId && stageId ? { executionId, stageId } : undefined);
      bakery.poke();
      return statusOf(await find(params.id));
    },
    bakeLogs: async ({ params, query }) => {
      const complete = await ended(params.id);
      const piece = await readLog(bakery.logFile(params.id), query.offset ?? 0);
      return { logsContent: piece.text, nextOffset: piece.nextOffset, complete: complete && piece.text === '' };
    },
    streamLogs: ({ params, query, headers, signal }) =>
      logEvents(bakery, params.id, query.offset ?? Number(headers['last-event-id'] ?? 0), ended, signal),
  };
}

async function* logEvents(
  bakery: Bakery,
  id: string,
  offset: number,
  ended: (id: string) => Promise<boolean>,
  signal: AbortSignal,
): AsyncGenerator<StreamEvent> {
  await ended(id);
  for await (const piece of followLog(bakery.logFile(id), offset, () => ended(id), signal))
    yield { id: String(piece.nextOffset), event: 'log', data: piece };
  if (!signal.aborted) yield { event: 'end', data: {} };
}

function statusOf(row: BakeRow) {
  const started = row.state === 'PENDING' || row.state === 'RUNNING';
  return {
    id: row.id,
    resource_id: row.id,
    state: row.state,
    image_name: row.image_name,
    key: row.key,
    ...(row.result ? { result: row.result } : {}),
    reason: row.reason ?? {
      summary: row.state === 'PENDING' ? 'Waits for a free worker' : `Packer makes the image ${row.image_name}`,
      ...(started ? { evidence: { log: `/api/v1/${row.region}/logs/${row.id}`, attempt: row.epoch } } : {}),
    },
  };
}

function bakeOf(row: BakeRow) {
  const name = row.image?.name ?? '';
  return {
    id: row.id,
    ami: name,
    image_name: name,
    base_ami: row.plan.baseImage.name,
    appversion: row.plan.appversion,
    packages: row.plan.files.map(({ fileName, sha256 }) => ({ fileName, sha256 })),
    artifacts: row.image
      ? [
          {
            type: `${row.plan.provider}/image`,
            name,
            location: row.region,
            reference: row.image.selfLink,
            uuid: row.id,
            metadata: { key: row.key, description: row.plan.description },
          },
        ]
      : [],
  };
}
