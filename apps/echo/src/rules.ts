import type { echoEventsApi } from '@gennaker/contracts/echo';
import { applicationOf, type Rules } from '@gennaker/service/guard';

/**
 * Who may do what with echo's events: EXECUTE starts by hand; webhooks are their senders', whom triggers check. Events are
 * looked at, tried and sent again by those who may READ or EXECUTE an application that they concern: the handlers see to it.
 */
export const eventRules: Rules<typeof echoEventsApi> = {
  post: {
    needs: 'EXECUTE',
    of: ({ body }) => (body.type === 'manual' ? applicationOf(body.content) : null),
  },
  webhook: 'signed',
  testEvent: 'signed',
  replayEvent: 'signed',
  eventHistory: 'signed',
  getEvent: 'signed',
};
