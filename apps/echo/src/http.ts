import type { echoEventsApi } from '@gennaker/contracts/echo';
import type { Handlers } from '@gennaker/contracts/route';
import type { Echo } from './echo.ts';
import { byHandContent } from './events/by-hand.ts';
import { getEvent, listEvents } from './events/read-events.ts';
import { replayEvent } from './events/replay-event.ts';
import { testEvent } from './events/test-event.ts';
import { takeEvent } from './take-event.ts';
import { takeWebhook } from './webhooks/take-webhook.ts';

/** Echo's operations on events bound to their use cases. */
export function eventHandlers(echo: Echo): Handlers<typeof echoEventsApi> {
  return {
    post: ({ body, user, identity, traceparent, signal }) => {
      const content = body.type === 'manual' ? byHandContent(body.content, identity) : body.content;
      return takeEvent(echo, { ...body, user: body.user ?? user, content }, { trace: traceparent, signal });
    },
    webhook: ({ params, body, user, traceparent, signal }) => {
      const headers = Object.fromEntries(
        Object.entries(body.headers).map(([name, value]) => [name.toLowerCase(), value]),
      );
      const bytes = Buffer.from(body.body, 'base64');
      return takeWebhook(echo, { ...params, headers, bytes }, { call: body.call, user, trace: traceparent, signal });
    },
    testEvent: ({ body, identity }) => testEvent(echo, identity, body),
    replayEvent: ({ params, body, identity, headers, traceparent, signal }) =>
      replayEvent(echo, {
        id: params.id,
        pipelineId: body.pipelineId,
        identity,
        key: headers['idempotency-key'],
        trace: traceparent,
        signal,
      }),
    eventHistory: ({ query, identity }) => listEvents(echo, identity, query),
    getEvent: ({ params, identity }) => getEvent(echo, identity, params.id),
  };
}
