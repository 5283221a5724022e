import { z } from 'zod';
import { defineApi } from './route.ts';

/** What every service answers, also to callers that it does not know. */
export const healthRoutes = defineApi({
  health: { method: 'GET', path: '/health', summary: 'Is it up?', response: z.object({ status: z.string() }) },
});
