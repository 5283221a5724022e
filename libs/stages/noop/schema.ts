import { z } from 'zod';

/** It has no settings. */
export const noopSchema = z.looseObject({});
