import type { echoApi } from '@gennaker/contracts/echo';
import { applicationOf, type Rules } from '@gennaker/service/guard';

/** Applications of an event's matches. */
function ofMatches(event: unknown): string[] | undefined {
  if (event === null || typeof event !== 'object' || !('matches' in event) || !Array.isArray(event.matches))
    return undefined;
  return event.matches.flatMap((match) => applicationOf(match) ?? []);
}

/** Who may call what of echo: EXECUTE starts by hand; events from outside are their senders', checked by gate. */
export const echoRules: Rules<typeof echoApi> = {
  post: {
    needs: 'EXECUTE',
    of: ({ body }) => (body.type === 'manual' ? applicationOf(body.content) : null),
  },
  listEvents: { shows: ofMatches },
  getEvent: { shows: ofMatches },
};
