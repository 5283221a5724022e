import type { EchoEvent, echoApi } from '@gennaker/contracts/echo';
import type { Identity } from '@gennaker/contracts/people';
import type { Handlers } from '@gennaker/contracts/route';
import type { Echo } from './echo.ts';
import { getEvent, listEvents } from './read-events.ts';
import { takeEvent } from './take-event.ts';

/** Echo's API bound to its use cases. */
export function echoHandlers(echo: Echo): Handlers<typeof echoApi> {
  return {
    post: ({ body, user, identity, traceparent, signal }) => {
      const event = { ...body, user: body.user ?? user };
      // What a token may not do, its execution may not either: kept with the event until the start.
      const content = body.type === 'manual' ? withScope(body.content, identity) : body.content;
      return takeEvent(echo, { ...event, content }, { trace: traceparent, signal });
    },
    listEvents: ({ query }) => listEvents(echo.db.pool, { ...query, limit: query.limit ?? 50 }),
    getEvent: ({ params }) => getEvent(echo.db.pool, params.id),
  };
}

function withScope(content: EchoEvent['content'], { scope }: Identity): EchoEvent['content'] {
  const { scope: _claimed, ...rest } = content;
  return scope === undefined ? rest : { ...rest, scope };
}
