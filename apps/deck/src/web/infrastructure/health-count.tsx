import type { Instance } from '@gennaker/contracts/clouddriver';
import { StatusIcon } from '@gennaker/ui/status';

/** How many of the instances are up. */
export function HealthCount({ instances }: { readonly instances: readonly Instance[] }) {
  const up = instances.filter(({ healthState }) => healthState === 'Up').length;
  const down = instances.filter(({ healthState }) => healthState === 'Down' || healthState === 'Failed').length;
  const starting = instances.filter(({ healthState }) => healthState === 'Starting').length;
  if (instances.length === 0) return <span className="health-count gk-muted">No instances</span>;
  const unchecked = instances.filter(({ healthState }) => healthState === 'Unknown').length;
  if (unchecked === instances.length)
    return <span className="health-count gk-muted gk-num">{instances.length} running, not checked</span>;
  return (
    <span className="health-count gk-num">
      {up} of {instances.length} up
      {starting > 0 ? (
        <span>
          <StatusIcon look="running" size={13} /> {starting} starting
        </span>
      ) : null}
      {down > 0 ? (
        <span>
          <StatusIcon look="failed" size={13} /> {down} down
        </span>
      ) : null}
    </span>
  );
}
