import type { CloudUndo, UndoEntry } from '@gennaker/contracts/cloud-undo';
import { isDeepStrictEqual } from 'node:util';
import { operationNamed } from '@gennaker/extension-sdk/cloud';
import type { JsonObject } from '@gennaker/extension-sdk/stage';
import { z } from 'zod';
import type { GuardParts } from '../guards/check-guards.ts';
import { readTraffic } from '../inventory/traffic.ts';
import type { Inventory } from '../inventory/watcher.ts';
import { INVERSE_STEP, inverseOf } from '../operations/inverse.ts';
import { previewOperations } from '../preview.ts';
import { type Change, decide, type Decision } from './collapse.ts';
import { didSentence } from './did.ts';
import { driftOf, type Left, leftSchema, stateOf } from './left-state.ts';
import { sentenceOf } from './sentence.ts';

/** What an undo is looked up with. */
export interface UndoParts extends GuardParts {
  readonly inventory: Pick<Inventory, 'refresh'>;
}

const rowSchema = z.object({
  id: z.string(),
  provider: z.string(),
  stage_id: z.string().nullable(),
  ended_at: z.date().nullable(),
  descriptions: z.array(z.record(z.string(), z.record(z.string(), z.unknown()))),
  left_state: z.array(leftSchema),
});
type Row = z.infer<typeof rowSchema>;

/** A change that was made, with the operation that it is of. */
interface Made extends Change {
  readonly row: Row;
}

/** What would take back what an execution did to clouds, against what is live now. */
export async function undoOfExecution(parts: UndoParts, executionId: string): Promise<CloudUndo> {
  const { rows } = await parts.db.pool.query(
    `select id, provider, stage_id, ended_at, descriptions, left_state from clouddriver.operations
     where execution_id = $1 order by created_at, id`,
    [executionId],
  );
  const all = rows.map((row) => rowSchema.parse(row));
  const changes = (await Promise.all(all.map((row) => changesOf(parts, row)))).flat();
  const decisions = decide(changes);
  const entries = await Promise.all(
    changes.map((change, index) => entryOf(parts, change, decisions[index] ?? { left: 'it is not known' })),
  );
  return {
    entries: entries.toReversed(),
    drift: await driftSince(parts, all),
    underWay: all.filter((row) => row.ended_at === null).map(({ id }) => id),
  };
}

/** The descriptions of an operation that came to their end, in their order. */
async function changesOf({ db, accounts }: UndoParts, row: Row): Promise<Made[]> {
  const { rows } = await db.pool.query<{ name: string; result: unknown }>(
    `select name, result from clouddriver.steps where operation_id = $1 and state = 'done' and name ~ $2`,
    [row.id, `^[0-9]+\\.(${INVERSE_STEP}|result)$`],
  );
  const steps = new Map(rows.map(({ name, result }) => [name, result]));
  return row.descriptions.flatMap((entry, index): Made[] => {
    const results = steps.get(`${index}.result`);
    if (results === undefined) return [];
    return Object.entries(entry).map(([asked, description]) => {
      const account = String(description['credentials'] ?? description['account'] ?? '');
      const open = accounts.all.find((candidate) => candidate.account.name === account);
      const known = open && operationNamed(open.cloud, asked);
      const recorded = steps.get(`${index}.${INVERSE_STEP}`);
      return {
        row,
        operation: known?.name ?? asked,
        account,
        description,
        inverse: inverseOf(known?.definition, description, recorded, results),
      };
    });
  });
}

async function entryOf(parts: UndoParts, made: Made, decision: Decision): Promise<UndoEntry> {
  const { row, operation, account, description } = made;
  const operations = 'operations' in decision ? decision.operations : [];
  const previews = operations.length > 0 ? await previewOperations(parts, row.provider, operations) : [];
  const settled = await Promise.all(operations.map((one) => isSettled(parts, one)));
  return {
    operationId: row.id,
    ...(row.stage_id === null ? {} : { stageId: row.stage_id }),
    operation,
    account,
    did: didSentence(operation, description, made.inverse),
    at: row.ended_at?.getTime() ?? 0,
    steps: operations.flatMap((one, index) => {
      const preview = previews[index];
      return preview
        ? Object.entries(one).map(([name, body]) => ({
            provider: row.provider,
            account,
            operation: name,
            description: body,
            sentence: sentenceOf(one),
            preview,
            settled: settled[index] ?? false,
          }))
        : [];
    }),
    ...('left' in decision ? { left: decision.left } : {}),
    ...('impossible' in decision ? { impossible: decision.impossible } : {}),
  };
}

/** Would an operation change nothing? What took it back would then be nothing, or the same again. */
async function isSettled(
  { db, accounts }: UndoParts,
  operation: Readonly<Record<string, JsonObject>>,
): Promise<boolean> {
  const [[name, description] = ['', {}]] = Object.entries(operation);
  const account = String(description['credentials'] ?? '');
  const open = accounts.all.find((candidate) => candidate.account.name === account);
  const definition = open && operationNamed(open.cloud, name)?.definition;
  const parsed = definition?.schema.safeParse(description);
  if (!definition?.inverse || !parsed?.success) return false;
  const getTraffic = (region: string, group: string) => readTraffic(db.pool, { account, region, name: group });
  try {
    const inverse = await definition.inverse({ application: undefined, getTraffic }, parsed.data as never);
    return (
      'operations' in inverse && (inverse.operations.length === 0 || isDeepStrictEqual(inverse.operations, [operation]))
    );
  } catch {
    // What it is about is gone: its preview says so.
    return false;
  }
}

/** What differs from how the last operation of the execution left it, looked at in the cloud now. */
async function driftSince(parts: UndoParts, rows: readonly Row[]): Promise<string[]> {
  const last = new Map<string, Left>();
  for (const left of rows.flatMap((row) => row.left_state))
    last.set(`${left.kind}/${left.account}/${left.region}/${left.name}`, left);
  const all = [...last.values()];
  for (const account of new Set(all.map((left) => left.account)))
    if (parts.accounts.all.some((open) => open.account.name === account))
      await parts.inventory.refresh(
        account,
        all.filter((left) => left.account === account),
      );
  const found = await Promise.all(all.map(async (left): Promise<string[]> => driftOf(left, await now(parts, left))));
  return found.flat();
}

const now = ({ db }: UndoParts, left: Left): Promise<JsonObject | null> => stateOf(db.pool, left.account, left);
