import type { EngineEvent } from '@gennaker/engine/events';
import type { ExecutionState } from '@gennaker/engine/model';
import type { Queryable } from '@gennaker/store/database';
import { type Blob, hashesOf, pack } from './blobs.ts';
import type { Statement } from './commit-statement.ts';
import { entryOf, type Keep } from './history-entry.ts';
import { searchWords, WORD_SEPARATOR } from './rest/search-words.ts';
import { fixedOf, liveOf } from './rows.ts';
import { stageLists } from './stage-lists.ts';
import { startSteps } from './start-statement.ts';
import { array, joined, plain } from './transition.ts';

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

const START = { plain: statement('orca-start', false), withBlobs: statement('orca-start-blobs', true) };

function statement(name: string, blobs: boolean): Statement {
  return { name, text: `with ${startSteps(blobs).join(', ')} select id from born` };
}

/** New executions as parameters of a statement, and what their rows will be. */
export interface StartPart {
  readonly all: readonly Prepared[];
  /** Who takes them; absent: nobody yet. */
  readonly birth: Birth | undefined;
  /** Their states as they are stored, by index. */
  readonly states: readonly ExecutionState[];
  readonly values: readonly unknown[];
  /** They have big values, which the statement stores too. */
  readonly blobs: boolean;
  /** Hashes of those, by execution. */
  readonly held: ReadonlyMap<string, ReadonlySet<string>>;
}

/**
 * Stores executions in one statement; also inside of a caller's transaction. Each answer tells which execution it is now:
 * the new one, or the one that had the id, the key or the correlation id already.
 */
export async function insertExecutions(db: Queryable, all: readonly Prepared[], birth?: Birth): Promise<Started[]> {
  return insertStarts(db, startPart(all, birth));
}

/** As `insertExecutions`, of executions that are parameters already. */
export async function insertStarts(db: Queryable, part: StartPart): Promise<Started[]> {
  const { rows } = await db.query<{ id: string }>({
    ...(part.blobs ? START.withBlobs : START.plain),
    values: [...part.values],
  });
  return startedOf(db, part, new Set(rows.map((row) => row.id)));
}

/** Makes parameters of new executions. */
export function startPart(all: readonly Prepared[], birth?: Birth): StartPart {
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
  // In one order everywhere: two flushes that store the same values never wait for each other in a circle.
  const big = [...blobs.values()].sort((a, b) => (a.hash < b.hash ? -1 : 1));
  const values = [
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
  ];
  return { all, birth, states: firsts.map(({ state }) => state), values, blobs: big.length > 0, held };
}

/** Which execution answers for each that was to be stored; `made`: ids of those that were. */
export async function startedOf(db: Queryable, part: StartPart, made: ReadonlySet<string>): Promise<Started[]> {
  const { all, held } = part;
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
