import type { TrafficReport } from '@gennaker/contracts/traffic-report';
import { stackedAreas } from './stacked-areas.ts';
import { trafficLayers } from './traffic-layers.ts';

const WIDTH = 600;
const HEIGHT = 120;
/** Versions differ in colour; the list beside names them. */
const COLOURS = ['--gk-running', '--gk-system', '--gk-person', '--gk-paused'] as const;

const number = (value: number): string => value.toLocaleString('en-US', { maximumFractionDigits: value < 10 ? 1 : 0 });
const ms = (value: number | null): string => (value === null ? '–' : `${number(value)} ms`);
const time = (at: number): string => new Date(at).toLocaleTimeString();

/** What load balancers counted by version: rates over time, failures in red, and the numbers beside. */
export function TrafficChart({ report }: { readonly report: TrafficReport }) {
  const { unit, layers, highest } = trafficLayers(report);
  const paths = stackedAreas(
    layers.map(({ rates }) => rates),
    { width: WIDTH, height: HEIGHT, highest },
  );
  const colourOf = (serverGroup: string | null): string => {
    const at = report.serverGroups.findIndex((group) => group.serverGroup === serverGroup);
    return `var(${COLOURS[Math.max(0, at) % COLOURS.length]})`;
  };
  const { requests: unserved } = report.unserved;
  if (layers.length === 0 && report.uncounted.length > 0) return null;
  return (
    <figure className="gk-traffic">
      {layers.length > 0 ? (
        <div className="gk-traffic-plot">
          <svg
            viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
            preserveAspectRatio="none"
            role="img"
            aria-label={`${unit === 'requests' ? 'Requests' : 'Connections'} per second by version: ${report.summary}`}
          >
            {layers.map((layer, index) => (
              <path
                key={`${layer.serverGroup ?? ''} ${layer.failed}`}
                d={paths[index]}
                fill={layer.failed ? 'var(--gk-failed)' : colourOf(layer.serverGroup)}
                fillOpacity={layer.failed ? 1 : 0.75}
              />
            ))}
          </svg>
          <div className="gk-traffic-scale gk-muted" aria-hidden>
            <span>
              {number(highest)} {unit}/s
            </span>
            <span>
              {time(report.from)} – {time(report.to)}
            </span>
          </div>
        </div>
      ) : null}
      <table className="gk-traffic-numbers">
        <thead>
          <tr>
            <th scope="col">Version</th>
            <th scope="col">{unit === 'requests' ? 'Requests' : 'Connections'}</th>
            {unit === 'requests' ? (
              <>
                <th scope="col">Failed</th>
                <th scope="col">p50</th>
                <th scope="col">p90</th>
                <th scope="col">p99</th>
              </>
            ) : null}
          </tr>
        </thead>
        <tbody>
          {report.serverGroups.map((group) => (
            <tr key={group.serverGroup}>
              <th scope="row" className="gk-mono">
                <span className="gk-traffic-swatch" style={{ background: colourOf(group.serverGroup) }} aria-hidden />
                {group.serverGroup}
              </th>
              <td>{number(unit === 'requests' ? group.requests : group.connections)}</td>
              {unit === 'requests' ? (
                <>
                  <td data-failed={group.failures > 0}>{number(group.failures)}</td>
                  <td>{ms(group.p50)}</td>
                  <td>{ms(group.p90)}</td>
                  <td>{ms(group.p99)}</td>
                </>
              ) : null}
            </tr>
          ))}
          {unserved > 0 ? (
            <tr>
              <th scope="row">No instance could take it</th>
              <td>{number(unserved)}</td>
              <td data-failed>{number(unserved)}</td>
              <td colSpan={3} />
            </tr>
          ) : null}
        </tbody>
      </table>
    </figure>
  );
}
