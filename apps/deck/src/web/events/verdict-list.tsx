import type { EventTestAnswer, TriggerVerdict } from '@gennaker/contracts/echo';
import { JsonBlock, Note } from '@gennaker/ui/panels';
import { StatusText } from '@gennaker/ui/status';
import { withLocalTimes } from '@gennaker/ui/time';
import { Link } from '@tanstack/react-router';
import { typeWords } from './event-words.ts';

/** What an event would do, pipeline by pipeline and trigger by trigger. */
export function VerdictList({ answer }: { readonly answer: EventTestAnswer }) {
  return (
    <div className="gk-rows" role="status" aria-label="What it would do">
      {answer.taken ? null : (
        <Note
          look="paused"
          title="It would not be taken"
          why={answer.reason && withLocalTimes(answer.reason.summary)}
          next={answer.reason?.next}
        />
      )}
      {answer.seenBefore ? (
        <Note
          look="paused"
          title="It came before"
          why={`It is known by ${answer.key ?? 'its identity'}. Sent once more, it would start nothing.`}
          next={
            <Link className="link" to="/events" search={{ open: answer.seenBefore }}>
              See the event
            </Link>
          }
        />
      ) : null}
      {answer.taken && answer.matches.length === 0 ? (
        <p className="gk-muted panel-none">
          {answer.reason ? withLocalTimes(answer.reason.summary) : 'No pipeline has a trigger for it.'}
        </p>
      ) : null}
      {answer.matches.map((match) => (
        <div key={match.pipelineId ?? match.pipeline}>
          <div>
            <StatusText look={match.wouldStart ? 'succeeded' : 'skipped'}>
              {match.wouldStart ? 'Would start' : 'Would not start'}
            </StatusText>{' '}
            {match.application} · {match.pipeline}
            <span className="gk-muted">: {withLocalTimes(match.reason.summary)}</span>
          </div>
          {match.triggers.length > 1 || match.triggers[0]?.reason.summary !== match.reason.summary ? (
            <ul className="verdicts">
              {match.triggers.map((verdict) => (
                <li key={verdict.position}>
                  <Verdict verdict={verdict} />
                </li>
              ))}
            </ul>
          ) : null}
          {match.trigger ? (
            <details>
              <summary>What the execution would get</summary>
              <JsonBlock value={match.trigger} label={`Trigger of ${match.pipeline}`} />
            </details>
          ) : null}
        </div>
      ))}
      {answer.taken && answer.signature === 'assumed' ? (
        <p className="gk-muted panel-none">Triggers with a secret are judged as if the signature were right.</p>
      ) : null}
    </div>
  );
}

/** What one trigger says to an event. */
function Verdict({ verdict }: { readonly verdict: TriggerVerdict }) {
  return (
    <>
      {typeWords(verdict.type)} trigger {verdict.position + 1}:{' '}
      <span className={verdict.matches ? '' : 'gk-muted'}>
        {verdict.matches ? 'matches' : 'does not match'}. {withLocalTimes(verdict.reason.summary)}
      </span>
    </>
  );
}
