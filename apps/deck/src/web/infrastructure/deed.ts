import type { JsonObject, StageConfig, StageFormProps } from '@gennaker/ui/stage-ui';
import { object, strings, text } from '@gennaker/ui/stage-ui';
import type { ComponentType } from 'react';
import { differences } from './differences.ts';
import { fieldWords } from './field-words.ts';

/** What there is beside what is asked for, by field. */
export interface Comparison {
  readonly title: string;
  readonly before: JsonObject;
  readonly after: JsonObject;
}

/** Something that a person does by hand to things of a cloud: looked at before it is done, then done as a task of stages. */
export interface Deed {
  /** Type of the stage that does it; the cloud's operation has the same name. */
  readonly type: string;
  /** What the button says. */
  readonly verb: string;
  /** What is done to what, e.g. `Resize hello-prod-v001`. */
  readonly title: string;
  /** What it means, in a sentence or two. */
  readonly about: string;
  /** What it is done to: keys that name each thing. One stage for each. */
  readonly targets: readonly JsonObject[];
  /** What the form starts with: where it is about something that exists, what that has now. */
  readonly values: JsonObject;
  /**
   * `changes`: of the values only those that differ from the start are sent, as null what is emptied.
   * `overrides`: likewise, but what is emptied is not sent and stays what it is.
   */
  readonly sends: 'all' | 'changes' | 'overrides';
  /** Why it cannot be done: its button is shown with this, and opens nothing. */
  readonly unavailable?: string;
  /** The form, where there is something to choose. */
  readonly Form?: ComponentType<StageFormProps>;
  /** Sentences about what is missing. */
  readonly problems?: (stage: StageConfig, application: string) => readonly string[];
  /** What runs or exists now beside what is asked for. `said`: what of the stage is sent. */
  readonly against?: (stage: StageConfig, said: JsonObject) => readonly Comparison[];
  /** It does nothing where the form says what is so already. */
  readonly needsChange?: boolean;
  /** A name that has to be typed first, because it cannot be undone. */
  readonly confirm?: string;
  readonly danger?: boolean;
}

const firstTarget = ({ targets }: Deed): JsonObject => targets[0] ?? {};

/** The form does not ask what it is about. */
export const isGiven = (deed: Deed): boolean => Object.keys(firstTarget(deed)).length > 0;

/** The stage that a deed's form edits first. */
export function firstStage(deed: Deed): StageConfig {
  return { ...firstTarget(deed), ...deed.values, type: deed.type };
}

/** What of a stage is said by its form: what it is about stays as it is. */
export function formPart(deed: Deed, edited: StageConfig): JsonObject {
  const own = new Set(['type', ...Object.keys(firstTarget(deed))]);
  return Object.fromEntries(Object.entries(edited).filter(([key, value]) => !own.has(key) && value !== undefined));
}

/** The stage of which the form says this. */
export function withFormPart(deed: Deed, part: JsonObject): StageConfig {
  return { ...part, ...firstTarget(deed), type: deed.type };
}

/** What the form says beyond its target: all of it, or what differs from the start. */
export function saidBy(deed: Deed, edited: StageConfig): JsonObject {
  const { values, sends } = deed;
  const chosen = formPart(deed, edited);
  if (sends === 'all') return chosen;
  const gone = Object.keys(values).filter((key) => sends === 'changes' && edited[key] === undefined);
  const said = { ...chosen, ...Object.fromEntries(gone.map((key) => [key, null])) };
  const changed = new Set(differences(values, said).map(({ field }) => field));
  return Object.fromEntries(Object.entries(said).filter(([key]) => changed.has(key)));
}

/**
 * Sentences about fields that the form shows empty though the operation leaves them as they are where nothing is said.
 * `fields`: the keys on the way to each, with dots between.
 */
export function emptied(values: JsonObject, edited: JsonObject, fields: readonly string[]): string[] {
  return fields
    .filter((field) => !isEmpty(at(values, field)) && isEmpty(at(edited, field)))
    .map((field) => `say what “${fieldWords(field)}” shall be, as it cannot be emptied`);
}

const isEmpty = (value: unknown): boolean => value === undefined || value === null || value === '';

function at(of: JsonObject, field: string): unknown {
  return field.split('.').reduce<unknown>((value, key) => object(value)[key], of);
}

/** The stages that are submitted for what the form says, named for what each does to what. */
export function stagesOf(deed: Deed, edited: StageConfig): StageConfig[] {
  const said = saidBy(deed, edited);
  return deed.targets.map((target) => ({
    ...target,
    ...said,
    type: deed.type,
    name: deed.targets.length === 1 ? deed.title : `${deed.verb} ${targetName(target)}`,
  }));
}

function targetName(target: JsonObject): string {
  return text(target['serverGroupName']) || strings(target['instanceIds']).join(', ');
}

/** What is missing before it can be told what would be done. */
export function missingOf(deed: Deed, edited: StageConfig, application: string): readonly string[] {
  const missing = deed.problems?.(edited, application) ?? [];
  const idle = deed.needsChange === true && Object.keys(saidBy(deed, edited)).length === 0;
  return missing.length === 0 && idle ? ['change something'] : missing;
}
