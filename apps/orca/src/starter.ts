import type { EngineEvent } from '@gennaker/engine/events';
import type { ExecutionState } from '@gennaker/engine/model';
import { steadyMs } from '@gennaker/service/clock';
import type { Queryable } from '@gennaker/store/database';
import { Batches } from './batches.ts';
import { type Blob, pack } from './blobs.ts';
import { insertStages } from './commit-statement.ts';
import { entryOf, type Keep } from './history-entry.ts';
import { searchWords, WORD_SEPARATOR } from './rest/search-words.ts';
import { fixedOf, liveOf } from './rows.ts';
import { stageLists } from './stage-lists.ts';
import { array, joined, plain, texts } from './transition.ts';
import { hashesOf, isRefusedByData } from './writer.ts';

/** An execution ready to be stored, with the event that made it. */
export interface Prepared {
  readonly state: ExecutionState;
  readonly event: Extract<EngineEvent, { type: 'ExecutionCreated' }>;
  readonly trace: string;
  /** Idempotency key of the call. */
  readonly key: string | undefined;
  /** Contents of its trigger's artifacts, which its references stand for. */
  readonly blobs?: readonly Blob[];
  /** It waits for a slot: nobody is to look at it until it is admitted. */
  readonly queued?: boolean;
  /** What beginning it leads to; stored in the same statement when it is claimed at its birth. */
  readonly begun?: Begun;
}

/** The first decision on an execution. */
export interface Begun {
  readonly state: ExecutionState;
  readonly events: readonly EngineEvent[];
  readonly inputs: readonly unknown[];
}

/** `fresh`: it was started by this call. `id` is that of the execution that answers for the key or the correlation id. */
export interface Started {
  readonly id: string;
  readonly fresh: boolean;
  /** Hashes of the big values that were stored with it. */
  readonly held?: ReadonlySet<string> | undefined;
}

/** `claimed`: this process owns it, by a statement that began at `at` (steady ms), in this state. */
export interface Born extends Started {
  readonly claimed: boolean;
  readonly at: number;
  readonly state: ExecutionState;
}

/** Whoever takes executions at their birth: its name in claims, and for how long (ms). */
export interface Birth {
  readonly owner: string;
  readonly leaseMs: number;
}

const BATCH = 200;

/**
 * The statement that stores executions, with and without big values. Parameters: executions (15), birth (2), stages (13),
 * entries of their histories (1), the words that they are found by (1), big values (2) and their uses (2).
 */
const START = { plain: startStatement(false), withBlobs: startStatement(true) };

function startStatement(blobs: boolean): { readonly name: string; readonly text: string } {
  const text = `
with made as (
  insert into orca.executions (id, type, application, name, pipeline_config_id, status, build_time, start_time, version, start_key,
                               correlation_id, trace, data, live, owner, epoch, claim_expires, due_at, rows_version)
  select t.id, t.type, t.application, t.name, t.config_id, t.status, t.build_time, t.start_time, t.version, t.start_key,
         t.correlation_id, t.trace, t.data, t.live,
         birth.owner, case when birth.owner is null then 0 else 1 end, birth.expires,
         case when t.queued then null else coalesce(birth.expires, clock_timestamp() + interval '1 second') end,
         -- Whoever is at work on it writes the rows of its stages when it gives it back: until then they are in the history.
         case when birth.owner is null then null else 0 end
  from unnest(${texts(1)}, ${texts(2)}, ${texts(3)}, ${texts(4)}, ${texts(5)}, ${texts(6)}, $7::bigint[], $8::bigint[], $9::int[], ${texts(10)},
              ${texts(11)}, ${texts(12)}, ${texts(13)}::json[], ${texts(14)}::json[], $15::bool[])
    as t(id, type, application, name, config_id, status, build_time, start_time, version, start_key, correlation_id, trace, data, live,
         queued)
  left join (select $16::text as owner, clock_timestamp() + $17::float8 * interval '1 millisecond' as expires
             where $16::text is not null) birth on not t.queued
  on conflict do nothing
  returning id, application, pipeline_config_id, trace
), stages as (
  ${insertStages(counter(18))} join made on made.id = v.execution_id
), history as (
  insert into orca.events (execution_id, sequence, application, pipeline_config_id, trace, data)
  select made.id, 1, made.application, made.pipeline_config_id, made.trace, v.data
  from unnest(${texts(1)}, ${texts(31)}) as v(id, data) join made on made.id = v.id
), words as (
  insert into orca.execution_words (execution_id, build_time, words)
  select made.id, v.build_time, string_to_array(v.words, E'\\x1f')
  from unnest(${texts(1)}, $7::bigint[], ${texts(32)}) as v(id, build_time, words) join made on made.id = v.id
  where v.words is not null
)`;
  const stored = `, stored as (
  insert into orca.blobs (hash, data) select decode(v.hash, 'hex'), v.data from unnest(${texts(33)}, ${texts(34)}) as v(hash, data)
  on conflict do nothing
), used as (
  insert into orca.blob_uses (execution_id, hash)
  select v.execution_id, decode(v.hash, 'hex') from unnest(${texts(35)}, ${texts(36)}) as v(execution_id, hash)
  join made on made.id = v.execution_id on conflict do nothing
)`;
  return {
    name: blobs ? 'orca-start-blobs' : 'orca-start',
    text: `${text}${blobs ? stored : ''} select id from made`,
  };
}

function counter(first: number): () => number {
  let next = first;
  return () => next++;
}

interface Waiting {
  readonly prepared: Prepared;
  resolve(started: Born): void;
  reject(error: unknown): void;
}

/** Stores new executions: those of calls that arrive together share a statement, and are claimed at their birth where this process can work on them. */
export class Starter {
  readonly #db: Queryable;
  readonly #birth: () => Birth | undefined;
  readonly #batches = new Batches<Waiting>(BATCH, (batch) => this.#write(batch));

  /** `birth` says whether this process takes what is started now. */
  constructor(db: Queryable, birth: () => Birth | undefined) {
    this.#db = db;
    this.#birth = birth;
  }

  /** Stores an execution, once per id, key and running correlation id. */
  start(prepared: Prepared): Promise<Born> {
    return new Promise((resolve, reject) => this.#batches.add({ prepared, resolve, reject }));
  }

  async #write(batch: readonly Waiting[]): Promise<() => void> {
    const birth = this.#birth();
    const at = steadyMs();
    try {
      const started = await insertExecutions(
        this.#db,
        batch.map(({ prepared }) => prepared),
        birth,
      );
      return () =>
        batch.forEach(({ prepared, resolve }, index) => {
          const one = started[index] ?? { id: prepared.state.id, fresh: false };
          const claimed = one.fresh && birth !== undefined && !prepared.queued;
          resolve({ ...one, at, claimed, state: firstOf(prepared, birth) });
        });
    } catch (error) {
      if (batch.length === 1 || !isRefusedByData(error)) return () => batch.forEach(({ reject }) => reject(error));
      const tell: (() => void)[] = [];
      for (const one of batch) tell.push(await this.#write([one]));
      return () => tell.forEach((each) => each());
    }
  }
}

/**
 * Stores executions in one statement; also inside of a caller's transaction. Each answer tells which execution it is now:
 * the new one, or the one that had the id, the key or the correlation id already.
 */
export async function insertExecutions(db: Queryable, all: readonly Prepared[], birth?: Birth): Promise<Started[]> {
  const firsts = all.map((one) => ({ ...one, state: firstOf(one, birth) }));
  const stages = firsts.flatMap(({ state, queued }) =>
    birth && !queued ? [] : Object.values(state.stages).map((stage) => ({ execution: state.id, stage })),
  );
  const blobs = new Map<string, Blob>();
  const held = new Map<string, Set<string>>();
  const hold = (execution: string, some: readonly Blob[]): void => {
    for (const blob of some) {
      blobs.set(blob.hash, blob);
      hashesOf(held, execution).add(blob.hash);
    }
  };
  const keep =
    (execution: string): Keep =>
    (value) => {
      const packed = pack(value);
      hold(execution, packed.blobs);
      return packed.text;
    };
  for (const { state, blobs: apart = [] } of all) hold(state.id, apart);
  const lists = stageLists(stages, keep);
  const entries = all.map((one) => {
    const begun = birth && !one.queued ? one.begun : undefined;
    return entryOf(begun?.inputs ?? [], [one.event, ...(begun?.events ?? [])], keep(one.state.id));
  });
  const big = [...blobs.values()].sort((a, b) => (a.hash < b.hash ? -1 : 1));
  const { rows } = await db.query<{ id: string }>({
    ...(big.length > 0 ? START.withBlobs : START.plain),
    values: [
      joined(firsts.map(({ state }) => state.id)),
      joined(firsts.map(({ state }) => state.type)),
      joined(firsts.map(({ state }) => plain(state.application))),
      joined(firsts.map(({ state }) => plain(state.name))),
      joined(firsts.map(({ state }) => given(state.pipelineConfigId) ?? '')),
      joined(firsts.map(({ state }) => state.status)),
      array(firsts.map(({ state }) => state.buildTime)),
      array(firsts.map(({ state }) => state.startTime)),
      array(firsts.map(({ state }) => state.version)),
      joined(firsts.map(({ key }) => given(key) ?? '')),
      joined(firsts.map(({ state }) => given(state.trigger.correlationId) ?? '')),
      joined(firsts.map(({ trace }) => given(trace) ?? '')),
      joined(firsts.map(({ state }) => JSON.stringify(fixedOf(state)))),
      joined(firsts.map(({ state }) => JSON.stringify(liveOf(state)))),
      array(firsts.map(({ queued }) => queued === true)),
      birth?.owner ?? null,
      birth?.leaseMs ?? null,
      ...lists,
      joined(entries),
      joined(firsts.map(({ state }) => (state.type === 'PIPELINE' ? searchWords(state).join(WORD_SEPARATOR) : ''))),
      ...(big.length === 0
        ? []
        : [
            joined(big.map((blob) => blob.hash)),
            joined(big.map((blob) => blob.data)),
            joined([...held].flatMap(([execution, hashes]) => [...hashes].map(() => execution))),
            joined([...held.values()].flatMap((hashes) => [...hashes])),
          ]),
    ],
  });
  const made = new Set(rows.map((row) => row.id));
  const others = all.filter(({ state }) => !made.has(state.id));
  const known = others.length === 0 ? [] : await findExisting(db, others);
  return all.map(({ state }, index) => {
    if (made.has(state.id)) return { id: state.id, fresh: true, held: held.get(state.id) };
    return { id: known[others.findIndex((one) => one === all[index])] ?? state.id, fresh: false };
  });
}

/** The state that an execution is stored in: already begun where it is claimed at its birth. */
function firstOf(prepared: Prepared, birth: Birth | undefined): ExecutionState {
  return birth && !prepared.queued && prepared.begun ? prepared.begun.state : prepared.state;
}

/** A text from outside, as it can be one of `joined` texts; undefined when there is none. */
function given(text: string | undefined): string | undefined {
  return text === undefined || text === '' ? undefined : plain(text);
}

/** Which executions stand in the way of new ones: by id, by key, by the correlation id of one that runs. */
async function findExisting(db: Queryable, wanted: readonly Prepared[]): Promise<(string | undefined)[]> {
  const { rows } = await db.query<{
    id: string;
    start_key: string | null;
    correlation_id: string | null;
    complete: boolean;
  }>({
    name: 'orca-start-existing',
    text: `select id, start_key, correlation_id, complete from orca.executions
           where id = any($1) or start_key = any($2) or (correlation_id = any($3) and not complete)`,
    values: [
      wanted.map(({ state }) => state.id),
      wanted.flatMap(({ key }) => given(key) ?? []),
      wanted.flatMap(({ state }) => given(state.trigger.correlationId) ?? []),
    ],
  });
  return wanted.map(
    ({ state, key }) =>
      (
        rows.find((row) => row.id === state.id) ??
        rows.find((row) => row.start_key !== null && row.start_key === given(key)) ??
        rows.find(
          (row) =>
            row.correlation_id !== null && row.correlation_id === given(state.trigger.correlationId) && !row.complete,
        )
      )?.id,
  );
}
