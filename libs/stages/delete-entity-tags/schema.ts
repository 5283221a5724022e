import { entityRefSchema } from '@gennaker/contracts/entity-tags';
import { z } from 'zod';

/** Inputs of deleteEntityTags: whose tags, by their id or by the entity; without names all of them. */
export const deleteEntityTagsSchema = z
  .looseObject({
    id: z.string().min(1).optional(),
    entityRef: entityRefSchema.optional(),
    tags: z.array(z.string()).optional().describe('names; absent: all'),
  })
  .refine(({ id, entityRef }) => id !== undefined || entityRef !== undefined, {
    path: ['entityRef'],
    message: 'name the entity, or give the id of its tags',
  });
export type DeleteEntityTags = z.output<typeof deleteEntityTagsSchema>;
