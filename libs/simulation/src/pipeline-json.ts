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
