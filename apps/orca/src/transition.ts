import type { EngineEvent } from '@gennaker/engine/events';
import type { ExecutionState, StageState } from '@gennaker/engine/model';

/** How stages differ from what their rows show. */
export interface StageChanges {
  readonly made: readonly StageState[];
  /** Stages that changed, with how they were. */
  readonly changed: readonly { readonly before: StageState; readonly after: StageState }[];
  readonly removed: readonly string[];
}

/** One transition of one execution: what was decided, under which claim. */
export interface Transition {
  readonly owner: string;
  readonly epoch: number;
  /** Version of the state that it was decided upon. */
  readonly from: number;
  readonly state: ExecutionState;
  readonly events: readonly EngineEvent[];
  /** What was decided upon: the inputs of the decision, as history keeps them. */
  readonly inputs: readonly unknown[];
  readonly trace: string;
  /** What brings the rows up to this state; absent: they stay behind, and whoever reads them adds the history since. */
  readonly rows?: StageChanges | undefined;
  readonly mailApplied: number;
  /** When it is due by the clock (epoch ms), or undefined when it waits for mail alone. */
  readonly wakeAt: number | undefined;
  /** Give the claim back, unless mail came that was not applied. */
  readonly release: boolean;
}

/** The bell has this long to ring at a wake time before the sweeper looks, ms. */
export const SWEEP_AFTER_MS = 700;

/** `fenced`: the claim is somebody else's now and nothing was written. */
export type Outcome =
  | { readonly kind: 'fenced' }
  | { readonly kind: 'committed'; readonly released: boolean; readonly mailSeq: number };

/** Between the parts of a list that is sent as one text: JSON never holds this character, ids and names do not either. */
const SEPARATOR = '\u001e';

/** A list of texts as one parameter, which `texts(n)` takes apart: far cheaper than an array's own form, which quotes every quote. */
export function joined(values: readonly string[]): string | null {
  return values.length === 0 ? null : values.join(SEPARATOR);
}

/** Numbers or truth values as one parameter for `$n::type[]`, in PostgreSQL's own form. */
export function array(values: readonly (number | boolean | null | undefined)[]): string {
  return `{${values.map((value) => value ?? 'NULL').join(',')}}`;
}

/** A name as it can be one of `joined` texts. */
export function plain(text: string): string {
  return text.replaceAll('\u0000', '\uFFFD').replaceAll(SEPARATOR, ' ') || ' ';
}

/** SQL that makes an array of a `joined` parameter; an empty part becomes null. */
export function texts(parameter: number): string {
  return `string_to_array($${parameter}::text, E'\\x1e', '')`;
}
