import { z } from 'zod';

/** Settings: texts, usually with expressions, that become artifacts. */
export const evaluateArtifactsSchema = z.looseObject({
  artifactContents: z
    .array(
      z.looseObject({
        name: z.string().min(1),
        contents: z.unknown().describe('a text, or JSON that is written as text'),
        id: z.string().optional(),
      }),
    )
    .default([]),
  expectedArtifacts: z.array(z.looseObject({ id: z.string().optional() })).optional(),
});
