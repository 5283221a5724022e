import { z } from 'zod';
import { defineApi } from './route.ts';
import { statusSchema } from './status.ts';

/** Files of one import at most. */
export const IMPORT_MOST_FILES = 2_000;

/** Where a document stands: the file, and the place in it (`$`, `$.pipelines[0]`, `block 2`). */
const placeSchema = z.object({ source: z.string(), path: z.string() });

/** Documents to be imported, as files hold them. */
export const importRequestSchema = z.object({
  files: z
    .array(
      z.object({
        name: z.string().min(1).describe('its ending tells the format: json, yml, yaml, md'),
        text: z.string(),
      }),
    )
    .min(1)
    .max(IMPORT_MOST_FILES),
  application: z.string().optional().describe('of documents that name none'),
  dryRun: z.boolean().default(false).describe('everything is read, checked, judged and rehearsed, and nothing stored'),
  rehearse: z.boolean().default(true).describe('pipelines that are wholly supported run on a simulated cloud'),
  replace: z.boolean().default(false).describe('put documents in the place of those that exist'),
  only: z.array(placeSchema).optional().describe('of what the files hold, these alone'),
});
export type ImportRequest = z.input<typeof importRequestSchema>;

/** How a rehearsal on the simulated cloud went. */
export const rehearsalSchema = z.object({
  status: statusSchema.optional().describe('absent: it never ended within the limits'),
  durationMs: z.number().describe('virtual time from start to end'),
  failed: z.object({ stage: z.string(), reason: z.string() }).optional(),
});
export type Rehearsal = z.infer<typeof rehearsalSchema>;

/** A stage's verdict, with where and why when it is not simply mapped. */
export const judgedStageSchema = z.object({
  path: z.string(),
  type: z.string(),
  name: z.string(),
  verdict: z.enum(['mapped', 'approximated', 'unsupported']).describe('how far this system does what the stage says'),
  reasons: z.array(z.object({ path: z.string(), reason: z.string() })),
});
export type JudgedStage = z.infer<typeof judgedStageSchema>;

/** What became of one document. */
export const importOutcomeSchema = placeSchema.extend({
  kind: z.enum(['pipeline', 'template']).optional().describe('absent: nothing could be read'),
  format: z.string().optional().describe('how it was written, in words'),
  name: z.string().describe('of a template its id; empty when nothing could be read'),
  application: z.string().describe('empty for templates'),
  result: z.enum(['imported', 'replaced', 'would be imported', 'would be replaced', 'exists', 'refused']),
  existingId: z.string().optional().describe('id of the stored document of the same id or name'),
  reason: z.string().optional().describe('why it was refused, or what exists'),
  fix: z.string().optional(),
  mapped: z.number().int(),
  approximated: z.number().int(),
  unsupported: z.number().int(),
  stages: z.array(judgedStageSchema),
  notes: z.array(z.string()).describe('what was done to read it, and what to know'),
  rehearsal: rehearsalSchema.optional(),
});
export type ImportOutcome = z.infer<typeof importOutcomeSchema>;

/** Verdicts of one stage type, over all documents. */
export const importedTypeSchema = z.object({
  type: z.string(),
  mapped: z.number().int(),
  approximated: z.number().int(),
  unsupported: z.number().int(),
  why: z.string().optional().describe('the commonest reason why they are not simply mapped'),
});
export type ImportedType = z.infer<typeof importedTypeSchema>;

/** What an import did, or would do: a line for each document, and the table of stage types. */
export const importResultSchema = z.object({
  dryRun: z.boolean(),
  documents: z.array(importOutcomeSchema),
  stageTypes: z.array(importedTypeSchema).describe('the commonest first'),
});
export type ImportResult = z.infer<typeof importResultSchema>;

/** Import of pipelines and templates in the forms that they are kept and passed on in. */
export const documentImportRoutes = defineApi({
  importDocuments: {
    method: 'POST',
    path: '/import',
    summary:
      'Read pipelines and templates from files, judge each stage, rehearse what is wholly supported, and store them',
    body: importRequestSchema,
    response: importResultSchema,
  },
});
