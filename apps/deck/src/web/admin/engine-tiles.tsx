import type { EngineHealth } from '@gennaker/contracts/orca-admin';
import { Facts } from '@gennaker/ui/panels';
import { formatDuration } from '@gennaker/ui/time';

/** The engine's counts at a glance, and what its sweepers had to rescue. */
export function EngineTiles({ health }: { readonly health: EngineHealth }) {
  const { executions, depth, lagMs, setAside, rescues } = health;
  const tiles: readonly (readonly [string, string | number])[] = [
    ['Running', executions.running],
    ['Waiting', executions.waiting],
    ['Queued', executions.queued],
    ['Paused', executions.paused],
    ['Due, unclaimed', depth],
    ['Lag', lagMs < 1000 ? `${Math.round(lagMs)} ms` : formatDuration(lagMs)],
    ['Set aside', setAside],
  ];
  return (
    <section className="admin-section" aria-label="Health">
      <div className="card admin-body">
        <dl className="tiles gk-num">
          {tiles.map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      </div>
      {Object.keys(rescues).length > 0 ? (
        <div className="card admin-body" style={{ marginTop: 8 }}>
          <h3 className="gk-section-title">Rescued by sweepers</h3>
          <Facts of={Object.entries(rescues).map(([cause, count]) => [cause, count])} />
        </div>
      ) : null}
    </section>
  );
}
