import type { ExecutionView, StageView } from '@gennaker/contracts/execution';
import { settingsProblems, type StrategyProblem } from '@gennaker/contracts/strategy-settings';
import type { ComponentType } from 'react';
import type { z } from 'zod';
import type { Icon } from './icons.tsx';

export type JsonObject = Record<string, unknown>;

/** A stage of a stored pipeline: its JSON, unknown keys included. */
export interface StageConfig extends JsonObject {
  readonly type: string;
  readonly name?: string;
  readonly refId?: string;
  readonly requisiteStageRefIds?: readonly string[];
}

/** What a stage's form gets. `onChange` merges keys into the stage; a key set to undefined is removed. */
export interface StageFormProps {
  readonly stage: StageConfig;
  readonly onChange: (patch: JsonObject) => void;
  readonly application: string;
  /** Stages that run before this one, nearest first. */
  readonly upstream: readonly StageConfig[];
}

/** What a stage's own part of the execution details gets. */
export interface StageDetailsProps {
  readonly stage: StageView;
  readonly execution: ExecutionView;
  /** Synthetic stages that belong to it, in order. */
  readonly children: readonly StageView[];
}

/** Headings of the palette of stage types, in their order. */
export const STAGE_GROUPS = [
  'Build and deploy',
  'Traffic and clean-up',
  'Size and instances',
  'Network',
  'Verify and decide',
  'Flow',
] as const;
export type StageGroup = (typeof STAGE_GROUPS)[number];

/** A stage type in the browser: how it is configured and how a run of it is shown. */
export interface StageUi {
  readonly type: string;
  readonly label: string;
  /** One sentence for the palette of stage types. */
  readonly description: string;
  /** Where it stands in the palette. */
  readonly group: StageGroup;
  readonly icon: Icon;
  /** Validates the stage in the editor: the same schema that the server parses with. */
  readonly schema: z.ZodType;
  readonly Form: ComponentType<StageFormProps>;
  readonly Details?: ComponentType<StageDetailsProps>;
  /** One line that tells this stage from others of its type; empty when nothing is set yet. */
  readonly summary: (stage: StageConfig) => string;
  /** Keys of a new stage of this type. */
  readonly defaults: (application: string) => JsonObject;
  /** Sentences about what is missing, beyond what the schema says. */
  readonly problems?: (stage: StageConfig, application: string) => readonly string[];
  /** It brings artifacts that later stages may use: those that are expected of it are asked for. */
  readonly producesArtifacts?: boolean;
}

/** Declares a stage type's user interface. */
export function defineStageUi(ui: StageUi): StageUi {
  return ui;
}

/** What a trigger's form gets. */
export interface TriggerFormProps {
  readonly trigger: JsonObject;
  readonly onChange: (patch: JsonObject) => void;
  readonly application: string;
}

/** A trigger type in the browser. */
export interface TriggerUi {
  readonly type: string;
  readonly label: string;
  readonly description: string;
  readonly icon: Icon;
  readonly schema: z.ZodType;
  readonly Form: ComponentType<TriggerFormProps>;
  readonly summary: (trigger: JsonObject) => string;
  readonly defaults: () => JsonObject;
  /** What started an execution, as a sentence part: `Jenkins hello #2`. */
  readonly sentence: (trigger: JsonObject) => string;
  /** Sentences about what is missing. */
  readonly problems?: (trigger: JsonObject) => readonly string[];
}

/** Declares a trigger type's user interface. */
export function defineTriggerUi(ui: TriggerUi): TriggerUi {
  return ui;
}

/** What is wrong with a field, named by its path, and what to do; undefined: nothing is. */
export type FieldProblem = (field: string) => string | undefined;

/** What a strategy's part of the cluster form gets. */
export interface StrategyFormProps {
  readonly cluster: JsonObject;
  readonly onChange: (patch: JsonObject) => void;
  readonly problem: FieldProblem;
  /** The same of a list's field: what is wrong with it or with any of its entries. */
  readonly firstProblem: FieldProblem;
}

/** A deployment strategy in the browser. */
export interface StrategyUi {
  readonly type: string;
  readonly label: string;
  readonly description: string;
  /** It changes the server group that serves, and makes none. */
  readonly inPlace: boolean;
  /** What a cluster's description lacks or has wrong for it: by the schema that the server parses with. */
  readonly problems: (cluster: JsonObject) => readonly StrategyProblem[];
  /** Its own fields in the cluster form, if it has any. */
  readonly Form?: ComponentType<StrategyFormProps>;
}

/** Declares a strategy's user interface. `contradictions`: what settings of the right shape have wrong. */
export function defineStrategyUi<S extends z.ZodType>({
  schema,
  contradictions,
  inPlace = false,
  ...ui
}: Omit<StrategyUi, 'problems' | 'inPlace'> & {
  readonly schema: S;
  readonly contradictions?: (settings: z.output<S>) => readonly StrategyProblem[];
  readonly inPlace?: boolean;
}): StrategyUi {
  return { ...ui, inPlace, problems: (cluster) => settingsProblems(schema, contradictions, cluster) };
}

/** A string of a free-form object, or '' where there is none. */
export function text(value: unknown): string {
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : '';
}

/** A switch of a free-form object, also where an older editor stored it as text. */
export function isOn(value: unknown): boolean {
  return value === true || value === 'true';
}

/** An object of a free-form object, or an empty one. */
export function object(value: unknown): JsonObject {
  return value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as JsonObject) : {};
}

/** A list of a free-form object, or an empty one. */
export function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** The strings of a list of a free-form object. */
export function strings(value: unknown): string[] {
  return list(value).map(text).filter(Boolean);
}
