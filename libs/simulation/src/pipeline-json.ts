/** A stage as its pipeline's JSON has it. */
export type StageJson = { readonly type: string } & Readonly<Record<string, unknown>>;

/** A pipeline as front50 stores it and Spinnaker reads it. */
export interface PipelineJson {
  readonly application: string;
  readonly name: string;
  readonly id: string;
  readonly stages: readonly StageJson[];
  readonly [key: string]: unknown;
}

/** A document that is a pipeline, in this form: without an id, its name stands for it. */
export function asPipelineJson(document: Readonly<Record<string, unknown>>): PipelineJson {
  const { id, name, application, stages } = document;
  return {
    ...document,
    id: typeof id === 'string' ? id : String(name),
    name: String(name),
    application: String(application),
    stages: Array.isArray(stages) ? (stages as PipelineJson['stages']) : [],
  };
}
