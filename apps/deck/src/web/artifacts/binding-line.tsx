import type { ArtifactBinding } from '@gennaker/contracts/artifacts';
import { StatusText } from '@gennaker/ui/status';
import { Ago, withLocalTimes } from '@gennaker/ui/time';
import { artifactWords } from './artifact-words.ts';

const ORIGINS = {
  received: 'comes with the start',
  latest: 'of the newest start',
  prior: 'of an earlier execution',
  default: 'the default',
} as const;

/** What would be bound to one expected artifact now, why, and what else was looked at. */
export function BindingLine({ binding }: { readonly binding: ArtifactBinding }) {
  const { bound, origin, offers, reason } = binding;
  return (
    <div className="binding">
      <div>
        <StatusText look={bound ? 'succeeded' : 'paused'}>{bound ? 'Now' : 'Now: nothing'}</StatusText>{' '}
        {bound ? (
          <>
            <span className="gk-mono">{artifactWords(bound)}</span>
            {origin ? <span className="gk-muted">, {ORIGINS[origin]}</span> : null}
          </>
        ) : null}
        <div className="gk-muted">{withLocalTimes(reason.summary)}</div>
        {!bound && reason.next ? <div className="gk-muted">{reason.next}</div> : null}
      </div>
      {offers.length > 0 ? (
        <details>
          <summary>{offers.length === 1 ? 'What was looked at' : `The ${offers.length} that were looked at`}</summary>
          <ul className="binding-offers">
            {offers.map((offer, index) => (
              <li key={index}>
                <StatusText look={offer.matches ? 'succeeded' : 'skipped'}>
                  {offer.matches ? 'Fits' : 'Does not fit'}
                </StatusText>{' '}
                <span className="gk-mono">{artifactWords(offer.artifact)}</span>
                <span className="gk-muted">
                  , {ORIGINS[offer.origin]}
                  {offer.at === undefined ? null : (
                    <>
                      {' '}
                      (<Ago at={offer.at} />)
                    </>
                  )}
                  : {offer.reason}
                </span>
              </li>
            ))}
          </ul>
        </details>
      ) : null}
    </div>
  );
}
