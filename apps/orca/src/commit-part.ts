import { isComplete } from '@gennaker/contracts/status';
import type { Json } from '@gennaker/engine/model';
import { type Blob, pack } from './blobs.ts';
import type { FlushParts, Form } from './commit-statement.ts';
import { entryOf } from './history-entry.ts';
import { liveOf, stageDataOf } from './rows.ts';
import { stageLists } from './stage-lists.ts';
import { array, joined, type Transition } from './transition.ts';

/** Stages that a transition alone in its flush may change for its values to go one by one. */
const MOST_SINGLY = 4;

/** Transitions as parameters of a statement. */
export interface CommitPart {
  readonly parts: FlushParts;
  readonly form: Form;
  readonly values: readonly unknown[];
  /** Big values that the statement stores, for their executions. */
  readonly uses: readonly { readonly execution: string; readonly hash: string }[];
}

/** Makes parameters of transitions; `alone`: nothing else is in their statement. `stored`: big values that the database has, by execution. */
export function commitPart(
  all: readonly Transition[],
  leaseMs: number,
  stored: ReadonlyMap<string, ReadonlySet<string>>,
  alone: boolean,
): CommitPart {
  const events = all.filter((t) => t.events.length > 0);
  const changed = all.flatMap((t) => t.rows?.changed.map((one) => ({ execution: t.state.id, ...one })) ?? []);
  const made = all.flatMap((t) => t.rows?.made.map((stage) => ({ execution: t.state.id, stage })) ?? []);
  const removed = all.flatMap((t) => t.rows?.removed.map((id) => ({ execution: t.state.id, id })) ?? []);
  const blobs = new Map<string, Blob>();
  const uses: { execution: string; hash: string }[] = [];
  const packed = (execution: string, value: Json): string => {
    const { text, blobs: big } = pack(value);
    for (const blob of big) {
      if (stored.get(execution)?.has(blob.hash)) continue;
      blobs.set(blob.hash, blob);
      uses.push({ execution, hash: blob.hash });
    }
    return text;
  };
  const ifChanged = (execution: string, before: Json, after: Json): string =>
    before === after ? '' : packed(execution, after);
  const contexts = changed.map((one) => ifChanged(one.execution, one.before.context, one.after.context));
  const outputs = changed.map((one) => ifChanged(one.execution, one.before.outputs, one.after.outputs));
  const stages = made.length === 0 ? [] : stageLists(made, (execution) => (value) => packed(execution, value));
  const entries = events.map((t) => entryOf(t.inputs, t.events, (value) => packed(t.state.id, value)));
  // In one order everywhere: two flushes that store the same values never wait for each other in a circle.
  const big = [...blobs.values()].sort((a, b) => (a.hash < b.hash ? -1 : 1));
  const parts = {
    history: events.length > 0,
    changed: changed.length > 0,
    made: made.length > 0,
    gone: removed.length > 0,
    blobs: uses.length > 0,
    ended: all.some((t) => isComplete(t.state.status)),
  };
  const [only, ...more] = all;
  const single =
    alone && only && more.length === 0 && !parts.made && !parts.gone && !parts.blobs && changed.length <= MOST_SINGLY;
  const form: Form = single ? { changed: changed.length } : 'lists';
  const values: unknown[] = single
    ? singly(only, leaseMs, entries[0], contexts, outputs)
    : [
        joined(all.map((t) => t.state.id)),
        joined(all.map((t) => t.owner)),
        array(all.map((t) => t.epoch)),
        array(all.map((t) => t.from)),
        array(all.map((t) => t.state.version)),
        joined(all.map((t) => t.state.status)),
        array(all.map((t) => isComplete(t.state.status))),
        array(all.map((t) => t.state.startTime)),
        array(all.map((t) => t.state.endTime)),
        joined(all.map((t) => (t.rows ? JSON.stringify(liveOf(t.state)) : ''))),
        array(all.map((t) => t.mailApplied)),
        array(all.map((t) => t.wakeAt)),
        array(all.map((t) => t.release)),
        leaseMs,
      ];
  if (!single) {
    if (events.length > 0)
      values.push(
        joined(events.map((t) => t.state.id)),
        array(events.map((t) => t.events[0]?.sequence ?? 0)),
        joined(events.map((t) => t.trace)),
        joined(entries),
      );
    if (changed.length > 0)
      values.push(
        joined(changed.map((one) => one.execution)),
        joined(changed.map((one) => one.after.id)),
        joined(changed.map((one) => one.after.status)),
        array(changed.map((one) => one.after.startTime)),
        array(changed.map((one) => one.after.endTime)),
        joined(changed.map((one) => JSON.stringify(stageDataOf(one.after)))),
        joined(contexts),
        joined(outputs),
      );
    if (made.length > 0) values.push(...stages);
    if (removed.length > 0)
      values.push(joined(removed.map((one) => one.execution)), joined(removed.map((one) => one.id)));
    if (uses.length > 0)
      values.push(
        joined(big.map((blob) => blob.hash)),
        joined(big.map((blob) => blob.data)),
        joined(uses.map((use) => use.execution)),
        joined(uses.map((use) => use.hash)),
      );
  }
  return { parts, form, values, uses };
}

/** A transition's values one by one, in the order of the statement. An empty context or output is one that did not change. */
function singly(
  t: Transition,
  leaseMs: number,
  entry: string | undefined,
  contexts: readonly string[],
  outputs: readonly string[],
): unknown[] {
  const { state } = t;
  const { id } = state;
  return [
    id,
    t.owner,
    t.epoch,
    t.from,
    state.version,
    state.status,
    isComplete(state.status),
    state.startTime ?? null,
    state.endTime ?? null,
    t.rows ? JSON.stringify(liveOf(state)) : null,
    t.mailApplied,
    t.wakeAt ?? null,
    t.release,
    leaseMs,
    ...(entry === undefined ? [] : [id, t.events[0]?.sequence ?? 0, t.trace || null, entry]),
    ...(t.rows?.changed ?? []).flatMap(({ after }, index) => [
      id,
      after.id,
      after.status,
      after.startTime ?? null,
      after.endTime ?? null,
      JSON.stringify(stageDataOf(after)),
      contexts[index] || null,
      outputs[index] || null,
    ]),
  ];
}
