import { z } from 'zod';

/** What none reads of a cluster's description: nothing. */
export const noneSchema = z.looseObject({});
