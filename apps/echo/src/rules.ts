import type { echoApi } from '@gennaker/contracts/echo';
import { applicationOf, type Rules } from '@gennaker/service/guard';

/**
 * Who may call what of echo: EXECUTE starts by hand; webhooks are their senders', whom triggers check. Events are looked at,
 * tried and sent again by those who may READ or EXECUTE an application that they concern, which the handlers find out.
 */
export const echoRules: Rules<typeof echoApi> = {
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
