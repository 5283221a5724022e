import type { ClusterLock as Lock } from '@gennaker/contracts/cluster-locks';
import { Chip } from '@gennaker/ui/status';
import { Elapsed } from '@gennaker/ui/time';
import { Link } from '@tanstack/react-router';

/** Who changes a cluster now, since when and why, and how many wait behind. */
export function ClusterLock({ lock }: { readonly lock: Lock }) {
  const { holder, executionId, reason, since, waiting } = lock;
  const queue = waiting.map((party, index) => `${index + 1}. ${party.reason || party.holder}`).join('\n');
  return (
    <span className="cluster-lock" role="status">
      <Chip look="running">Being changed</Chip>
      <span className="gk-muted">
        {executionId ? (
          <Link className="link" to="/executions/$executionId" params={{ executionId }}>
            {reason || executionId}
          </Link>
        ) : (
          reason || holder
        )}
        {since === undefined ? null : (
          <>
            {' for '}
            <Elapsed from={since} />
          </>
        )}
        {waiting.length > 0 ? (
          <span title={queue}>{`; ${waiting.length} ${waiting.length === 1 ? 'waits' : 'wait'} behind it`}</span>
        ) : null}
      </span>
    </span>
  );
}
