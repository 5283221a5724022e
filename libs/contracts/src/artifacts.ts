import { z } from 'zod';
import { executionTriggerSchema, jsonObject, reasonSchema } from './execution.ts';
import { defineApi } from './route.ts';

const text = z.string().nullish();

/** An artifact: what is deployed, by name, version and reference; unknown keys stay. */
export const artifactSchema = z.looseObject({
  type: text.describe('e.g. docker/image, github/file, http/file, s3/object, gcs/object, embedded/base64'),
  name: text,
  version: text,
  location: text,
  reference: text.describe('where it is, in the words of its type'),
  artifactAccount: text.describe('account that it is fetched with'),
  provenance: text,
  uuid: text,
  customKind: z.boolean().nullish(),
  metadata: jsonObject.nullish(),
});
export type Artifact = z.infer<typeof artifactSchema>;

/** What a pipeline or a stage expects, and what stands in for it where it does not come. */
export const expectedArtifactSchema = z.looseObject({
  id: text,
  displayName: text,
  matchArtifact: artifactSchema.nullish(),
  usePriorArtifact: z.boolean().nullish().describe('else the one of the newest earlier execution that had one'),
  useDefaultArtifact: z.boolean().nullish().describe('else defaultArtifact'),
  defaultArtifact: artifactSchema.nullish(),
  boundArtifact: artifactSchema.nullish().describe('in an execution: what it was bound to'),
});
export type ExpectedArtifact = z.infer<typeof expectedArtifactSchema>;

/** Where a bound artifact came from. */
export const artifactOriginSchema = z.enum(['received', 'prior', 'default']);
export type ArtifactOrigin = z.infer<typeof artifactOriginSchema>;

/** An artifact that could have been bound, and whether it matches. */
export const offeredArtifactSchema = z.object({
  artifact: artifactSchema,
  origin: z.enum(['received', 'latest', 'prior', 'default']).describe('latest: the newest execution began with it'),
  executionId: z.string().optional().describe('the execution that had it'),
  at: z.number().optional().describe('when that was built, epoch milliseconds'),
  matches: z.boolean(),
  reason: z.string().describe('why it matches, or which field does not'),
});
export type OfferedArtifact = z.infer<typeof offeredArtifactSchema>;

/** What would be bound to one expected artifact now, and why. */
export const artifactBindingSchema = z.object({
  id: z.string(),
  displayName: z.string(),
  considered: z
    .boolean()
    .describe(
      'false: the trigger does not list it and it has neither a prior nor a default one, so that it stays unbound',
    ),
  bound: artifactSchema.optional(),
  origin: artifactOriginSchema.optional(),
  executionId: z.string().optional().describe('with origin prior: the execution that had it'),
  reason: reasonSchema,
  offers: z.array(offeredArtifactSchema).describe('to choose from: those that match first, the newest first'),
});
export type ArtifactBinding = z.infer<typeof artifactBindingSchema>;

/** What a start of a pipeline would bind. `problem`: why the start would be refused. */
export const artifactBindingsSchema = z.object({
  bindings: z.array(artifactBindingSchema).describe("in the order of the pipeline's expectedArtifacts"),
  problem: reasonSchema.optional(),
});
export type ArtifactBindings = z.infer<typeof artifactBindingsSchema>;

const triggerField = executionTriggerSchema
  .optional()
  .describe('what it would start with: `artifacts` that it brings, `expectedArtifactIds` of the configured trigger');

/** Which artifacts a start would bind: at orca and at gate. Nothing is started. */
export const artifactBindingRoutes = defineApi({
  bindingsOf: {
    method: 'POST',
    path: '/artifacts/bindings',
    summary: 'What a start of this pipeline, saved or not, would bind to each expected artifact now, and why',
    body: z.object({
      application: z.string(),
      pipeline: z.looseObject({
        id: z.string().optional().describe('of the saved pipeline: its executions are looked at'),
        expectedArtifacts: z.array(expectedArtifactSchema).default([]),
      }),
      trigger: triggerField,
    }),
    response: artifactBindingsSchema,
  },
  bindingsOfStored: {
    method: 'POST',
    path: '/artifacts/bindings/:id',
    summary: 'The same of a stored pipeline',
    params: z.object({ id: z.string() }),
    body: z.object({ trigger: triggerField }),
    response: artifactBindingsSchema,
  },
});

/** An account of artifacts, as it is shown: never its credentials. */
export const artifactAccountSchema = z.looseObject({
  name: z.string(),
  types: z.array(z.string()).describe('types of artifacts that are fetched with it'),
  kind: z.string().optional().describe('what it is an account of, e.g. github'),
});
export type ArtifactAccount = z.infer<typeof artifactAccountSchema>;

const account = z.object({ account: z.string() });

/** Accounts of artifacts and what is behind them: at clouddriver and at gate. */
export const artifactAccountRoutes = defineApi({
  artifactAccounts: {
    method: 'GET',
    path: '/artifacts/credentials',
    summary: 'Accounts that artifacts are fetched with',
    response: z.array(artifactAccountSchema),
  },
  artifactNames: {
    method: 'GET',
    path: '/artifacts/account/:account/names',
    summary: 'Names of the artifacts that an account offers, where it can tell; nothing where it cannot',
    params: account,
    query: z.object({ type: z.string().optional() }),
    response: z.array(z.string()),
  },
  artifactVersions: {
    method: 'GET',
    path: '/artifacts/account/:account/versions',
    summary: 'Versions of one of its artifacts, where it can tell; nothing where it cannot',
    params: account,
    query: z.object({ type: z.string().optional(), artifactName: z.string() }),
    response: z.array(z.string()),
  },
  fetchArtifact: {
    method: 'PUT',
    path: '/artifacts/fetch',
    summary: "An artifact's content, as it comes",
    body: artifactSchema,
    answers: 'bytes',
  },
});
