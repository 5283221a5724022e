import type { EventMatch, StoredEvent } from '@gennaker/contracts/echo';
import { StatusText } from '@gennaker/ui/status';
import { withLocalTimes } from '@gennaker/ui/time';
import { Link } from '@tanstack/react-router';

/**
 * What an event did to each pipeline, and why: a link to the execution that it started, or to the pipeline that it did not
 * start. Those that it does not concern are folded away.
 */
export function EventMatches({
  event,
}: {
  readonly event: Pick<StoredEvent, 'matches' | 'notListed' | 'reason' | 'processed'>;
}) {
  const concerned = event.matches.filter(({ elsewhere }) => !elsewhere);
  const others = event.matches.filter(({ elsewhere }) => elsewhere);
  const unlisted = event.notListed ?? 0;
  return (
    <>
      {event.processed === false ? (
        <div>
          <StatusText look="system">Waits to be matched</StatusText>
        </div>
      ) : null}
      {event.reason ? <div className="gk-muted">{withLocalTimes(event.reason.summary)}</div> : null}
      {event.matches.length === 0 && unlisted === 0 && event.processed !== false && !event.reason ? (
        <span className="gk-muted">No pipeline listens to it</span>
      ) : null}
      {concerned.map((match) => (
        <Match key={match.pipelineId} match={match} />
      ))}
      {others.length + unlisted > 0 ? (
        <details className="event-others">
          <summary>
            {others.length + unlisted === 1 ? '1 pipeline listens' : `${others.length + unlisted} pipelines listen`} to
            other sources
          </summary>
          {others.map((match) => (
            <Match key={match.pipelineId} match={match} />
          ))}
          {unlisted > 0 ? <div className="gk-muted">and {unlisted} more</div> : null}
        </details>
      ) : null}
    </>
  );
}

function Match({ match }: { readonly match: EventMatch }) {
  const name = `${match.application} · ${match.pipeline}`;
  return (
    <div>
      <StatusText look={match.started ? 'succeeded' : 'skipped'}>
        {match.started ? 'Started' : 'Not started'}
      </StatusText>{' '}
      {match.executionId ? (
        <Link className="link" to="/executions/$executionId" params={{ executionId: match.executionId }}>
          {name}
        </Link>
      ) : (
        <Link
          className="link"
          to="/applications/$application/executions/configure/$pipelineId"
          params={{ application: match.application, pipelineId: match.pipelineId }}
          search={{}}
        >
          {name}
        </Link>
      )}
      <span className="gk-muted">: {withLocalTimes(match.reason.summary)}</span>
      {match.reason.next ? <div className="gk-muted event-next">{withLocalTimes(match.reason.next)}</div> : null}
    </div>
  );
}
