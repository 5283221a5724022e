import type { PipelineJson, StageJson } from '@gennaker/simulation/pipeline-json';
import type { StageInputs } from '@gennaker/stages/server';

type KnownType = keyof StageInputs & string;

/** What every stage may have beside its type's own settings; `after` names stages (absent: the one added before; []: none). */
export interface StageOptions {
  readonly after?: readonly string[];
  readonly failPipeline?: boolean;
  readonly continuePipeline?: boolean;
  readonly completeOtherBranchesThenFail?: boolean;
  readonly failOnFailedExpressions?: boolean;
  /** Expression; the stage is skipped unless it is true. */
  readonly onlyIf?: string;
  /** Milliseconds. */
  readonly stageTimeoutMs?: number;
  readonly markSuccessfulOnTimeout?: boolean;
}

/** A parameter of a pipeline. */
export interface ParameterOptions {
  readonly default?: string;
  readonly required?: boolean;
  readonly description?: string;
  readonly options?: readonly string[];
}

/**
 * Writes a pipeline's JSON: the same document that the editor saves. Stages run one after another unless `after` says
 * otherwise; their settings are typed by their type's own schema.
 */
export class PipelineBuilder {
  readonly #application: string;
  readonly #name: string;
  readonly #stages: { readonly name: string; readonly json: StageJson }[] = [];
  readonly #parameters: Record<string, unknown>[] = [];
  readonly #triggers: Record<string, unknown>[] = [];
  #more: Record<string, unknown> = {};

  constructor(application: string, name: string) {
    this.#application = application;
    this.#name = name;
  }

  /** Adds a parameter. */
  parameter(name: string, options: ParameterOptions = {}): this {
    const { options: choices, ...rest } = options;
    this.#parameters.push({
      name,
      required: false,
      ...rest,
      ...(choices ? { hasOptions: true, options: choices.map((value) => ({ value })) } : {}),
    });
    return this;
  }

  /** Adds a trigger, in its own JSON. */
  trigger(json: { readonly type: string } & Readonly<Record<string, unknown>>): this {
    this.#triggers.push({ enabled: true, ...json });
    return this;
  }

  /** Adds a stage of a known type. @throws Error when the name is taken or `after` names no stage */
  stage<T extends KnownType>(
    type: T,
    name: string,
    settings: NoInfer<StageInputs[T]>,
    options: StageOptions = {},
  ): this {
    return this.custom(type, name, settings, options);
  }

  /** Adds a stage of any type, also one that only your installation knows. */
  custom(
    type: string,
    name: string,
    settings: Readonly<Record<string, unknown>> = {},
    options: StageOptions = {},
  ): this {
    if (this.#stages.some((stage) => stage.name === name))
      throw new Error(`The pipeline "${this.#name}" already has a stage "${name}": give each stage a name of its own.`);
    const { after, onlyIf, ...flags } = options;
    const last = this.#stages.at(-1);
    const before = after ?? (last ? [last.name] : []);
    this.#stages.push({
      name,
      json: {
        type,
        name,
        refId: String(this.#stages.length + 1),
        requisiteStageRefIds: before.map((wanted) => this.#refId(wanted, name)),
        ...settings,
        ...flags,
        ...(onlyIf === undefined ? {} : { stageEnabled: { type: 'expression', expression: onlyIf } }),
      },
    });
    return this;
  }

  /** Sets other keys of the document, such as `limitConcurrent`. */
  set(more: Readonly<Record<string, unknown>>): this {
    this.#more = { ...this.#more, ...more };
    return this;
  }

  /** The document. */
  json(): PipelineJson {
    return {
      application: this.#application,
      name: this.#name,
      id: `${this.#application}/${this.#name}`,
      ...(this.#parameters.length > 0 ? { parameterConfig: this.#parameters } : {}),
      ...(this.#triggers.length > 0 ? { triggers: this.#triggers } : {}),
      ...this.#more,
      stages: this.#stages.map((stage) => stage.json),
    };
  }

  /** The document's text, for a file or `POST /pipelines`. */
  toString(): string {
    return `${JSON.stringify(this.json(), null, 2)}\n`;
  }

  #refId(wanted: string, by: string): string {
    const found = this.#stages.find((stage) => stage.name === wanted);
    if (!found)
      throw new Error(
        `The stage "${by}" comes after "${wanted}", which is not there yet; there are: ${this.#stages.map((one) => one.name).join(', ') || 'none'}.`,
      );
    return String(found.json['refId']);
  }
}

/** Begins a pipeline of an application. */
export function pipeline(application: string, name: string): PipelineBuilder {
  return new PipelineBuilder(application, name);
}
