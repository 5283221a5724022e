import { upsertEntityTagsSchema as putSchema } from '@gennaker/contracts/entity-tags';
import { z } from 'zod';

/** Inputs of upsertEntityTags: an entity, and the tags that it gets. */
export const upsertEntityTagsSchema = z.looseObject(putSchema.shape);
export type UpsertEntityTags = z.output<typeof upsertEntityTagsSchema>;
