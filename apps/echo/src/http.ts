import type { echoApi } from '@gennaker/contracts/echo';
import type { Handlers } from '@gennaker/contracts/route';
import type { Echo } from './echo.ts';
import { getEvent, listEvents } from './read-events.ts';
import { takeEvent } from './take-event.ts';

/** Echo's API bound to its use cases. */
export function echoHandlers(echo: Echo): Handlers<typeof echoApi> {
  return {
    post: ({ body, user, traceparent, signal }) =>
      takeEvent(echo, { ...body, user: body.user ?? user }, { trace: traceparent, signal }),
    listEvents: ({ query }) => listEvents(echo.db.pool, { ...query, limit: query.limit ?? 50 }),
    getEvent: ({ params }) => getEvent(echo.db.pool, params.id),
  };
}
