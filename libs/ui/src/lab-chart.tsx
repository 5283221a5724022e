import type { LabPoint, LabResult, LabStep } from '@gennaker/contracts/strategy-lab';
import { type PointerEvent, useId, useState } from 'react';
import { type Layer, stackedAreas, stepLine } from './stacked-areas.ts';
import { formatDuration } from './time.tsx';

const WIDTH = 600;
const HEIGHT = 110;
/** Markers nearer to each other than this part of the width share a number. */
const NEAR = 0.035;

const round = (value: number): string => value.toLocaleString('en-US', { maximumFractionDigits: 1 });
const percent = (part: number, whole: number): string => `${whole > 0 ? Math.round((part / whole) * 100) : 0} %`;
const requestsOf = ({ requests }: LabPoint): number => requests.old + requests.new + requests.failed;

/** A simulated deploy over time: instances and shares of traffic by version, its steps as marks; values under the pointer, and by keys. */
export function LabChart({ result }: { readonly result: LabResult }) {
  const { points, steps, stepMs } = result;
  const [chosen, setChosen] = useState<number>();
  const at = Math.min(chosen ?? points.length - 1, points.length - 1);
  const point = points[at];
  if (!point) return null;
  const span = points.length * stepMs;
  const most = Math.max(1, ...points.map((one) => one.old + one.new));
  const ofAll = (of: (requests: LabPoint['requests']) => number): Layer =>
    points.map((one) => (requestsOf(one) > 0 ? of(one.requests) / requestsOf(one) : 0));
  const follow = (event: PointerEvent<HTMLElement>): void => {
    const { left, width } = event.currentTarget.getBoundingClientRect();
    if (width > 0)
      setChosen(Math.max(0, Math.min(points.length - 1, Math.floor(((event.clientX - left) / width) * points.length))));
  };
  const cursor = (at + 0.5) / points.length;
  const words = toldAt(point, steps, stepMs);
  return (
    <figure className="gk-lab-chart">
      <div className="gk-lab-legend" aria-hidden>
        <span data-part="old">Old version</span>
        <span data-part="new">New version</span>
        <span data-part="serving">Takes traffic</span>
        <span data-part="failed">Failed</span>
      </div>
      <div onPointerMove={follow} onPointerDown={follow}>
        <Marks steps={steps} span={span} />
        <Plot
          title="Instances"
          top={round(most)}
          areas={[
            ['old', points.map((one) => one.old)],
            ['new', points.map((one) => one.new)],
          ]}
          line={points.map(({ serving }) => serving)}
          highest={most}
          cursor={cursor}
        />
        <Plot
          title="Share of traffic"
          top="100 %"
          areas={[
            ['old', ofAll(({ old }) => old)],
            ['new', ofAll((one) => one.new)],
            ['failed', ofAll(({ failed }) => failed)],
          ]}
          highest={1}
          cursor={cursor}
        />
      </div>
      <input
        type="range"
        className="gk-lab-range"
        aria-label="Moment of the simulated deploy"
        aria-valuetext={words}
        min={0}
        max={points.length - 1}
        value={at}
        onChange={(event) => setChosen(Number(event.currentTarget.value))}
      />
      <div className="gk-lab-scale gk-muted" aria-hidden>
        <span>0 s</span>
        <span>{formatDuration(span)}</span>
      </div>
      <figcaption className="gk-lab-told">{words}</figcaption>
    </figure>
  );
}

/** The moment in words. */
function toldAt(point: LabPoint, steps: readonly LabStep[], stepMs: number): string {
  const step = steps.findLast(({ from, to }) => from < point.at && (to === undefined || to > point.at - stepMs));
  const { requests } = point;
  const all = requestsOf(point);
  return [
    formatDuration(point.at),
    `${point.old} old and ${point.new} new instances, capacity of ${round(point.serving)} takes traffic`,
    `${percent(requests.old, all)} of the requests answered by the old version, ${percent(requests.new, all)} by the new one`,
    ...(requests.failed > 0 ? [`${percent(requests.failed, all)} failed`] : []),
    ...(step ? [step.name] : []),
  ].join(' · ');
}

function Plot({
  title,
  top,
  areas,
  line,
  highest,
  cursor,
}: {
  readonly title: string;
  /** Label of the upper edge. */
  readonly top: string;
  readonly areas: readonly (readonly ['old' | 'new' | 'failed', Layer])[];
  readonly line?: Layer;
  readonly highest: number;
  /** Where the chosen moment is, 0 to 1. */
  readonly cursor: number;
}) {
  const hatch = useId();
  const size = { width: WIDTH, height: HEIGHT, highest };
  const paths = stackedAreas(
    areas.map(([, layer]) => layer),
    size,
  );
  return (
    <div className="gk-lab-plot">
      <div className="gk-lab-title" aria-hidden>
        <span>{title}</span>
        <span className="gk-muted">{top}</span>
      </div>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden>
        <defs>
          <pattern id={hatch} width={6} height={6} patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
            <rect width={6} height={6} fill="var(--gk-version-new)" />
            <line x1={0} y1={0} x2={0} y2={6} stroke="var(--gk-surface)" strokeOpacity={0.45} strokeWidth={2} />
          </pattern>
        </defs>
        {areas.map(([part], index) => (
          <path
            key={part}
            data-part={part}
            d={paths[index]}
            fill={part === 'new' ? `url(#${hatch})` : part === 'old' ? 'var(--gk-version-old)' : 'var(--gk-failed)'}
          />
        ))}
        {line ? (
          <path
            data-part="serving"
            d={stepLine(line, size)}
            fill="none"
            stroke="var(--gk-text)"
            strokeWidth={1.5}
            strokeDasharray="5 3"
            vectorEffect="non-scaling-stroke"
          />
        ) : null}
        <line
          x1={cursor * WIDTH}
          x2={cursor * WIDTH}
          y1={0}
          y2={HEIGHT}
          stroke="var(--gk-text)"
          strokeOpacity={0.5}
          vectorEffect="non-scaling-stroke"
        />
      </svg>
    </div>
  );
}

/** Marks of the steps, numbered as in the table. */
function Marks({ steps, span }: { readonly steps: readonly LabStep[]; readonly span: number }) {
  const marks: { readonly at: number; readonly first: number; last: number; failed: boolean }[] = [];
  for (const [index, { from, afterFailure }] of steps.entries()) {
    const at = Math.min(1, from / span);
    const before = marks.at(-1);
    if (before && at - before.at < NEAR)
      Object.assign(before, { last: index + 1, failed: before.failed || afterFailure });
    else marks.push({ at, first: index + 1, last: index + 1, failed: afterFailure });
  }
  return (
    <div className="gk-lab-marks" aria-hidden>
      {marks.map(({ at, first, last, failed }) => (
        <span key={first} data-failed={failed || undefined} style={{ left: `${at * 100}%` }}>
          {first === last ? first : `${first}–${last}`}
        </span>
      ))}
    </div>
  );
}

/** The steps with what held when each began: the same as the chart, as a table. */
export function LabTable({ result: { points, steps, stepMs, durationMs } }: { readonly result: LabResult }) {
  const pointAt = (ms: number): LabPoint | undefined => points[Math.min(points.length - 1, Math.floor(ms / stepMs))];
  const rows = [
    ...steps.map((step, index) => ({ ...step, number: `${index + 1}` })),
    { number: '', name: 'The end', from: durationMs, afterFailure: false },
  ];
  return (
    <table className="gk-lab-table">
      <thead>
        <tr>
          <th scope="col">
            <span className="visually-hidden">Number</span>
          </th>
          <th scope="col">Step</th>
          <th scope="col">Begins</th>
          <th scope="col">Old</th>
          <th scope="col">New</th>
          <th scope="col">Take traffic</th>
          <th scope="col">Answered by the new</th>
          <th scope="col">Failed</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ number, name, from, afterFailure }) => {
          const point = pointAt(from);
          return (
            <tr key={`${number} ${name}`}>
              <td>{number}</td>
              <th scope="row">
                {name}
                {afterFailure ? <span className="gk-muted"> (takes it back)</span> : null}
              </th>
              <td>{formatDuration(from)}</td>
              <td>{point?.old}</td>
              <td>{point?.new}</td>
              <td>{point ? round(point.serving) : null}</td>
              <td>{point ? percent(point.requests.new, requestsOf(point)) : null}</td>
              <td>{point ? percent(point.requests.failed, requestsOf(point)) : null}</td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
