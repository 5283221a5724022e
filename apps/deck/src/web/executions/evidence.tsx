import type { Reason } from '@gennaker/contracts/execution';
import { formatDuration, formatInstant, withLocalTimes } from '@gennaker/ui/time';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';

/** An execution's id. */
const ULID = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/u;
/** Numbers in this range (epoch ms of the years 2001 to 2286) are instants. */
const INSTANTS = [1e12, 1e13] as const;

/** The facts behind a reason as a small table: instants in local time, lengths in words, executions as links. */
export function Evidence({ of: { evidence, next } }: { readonly of: Reason }) {
  const facts = Object.entries(evidence ?? {}).filter(
    // A fix is what comes next, in other words.
    ([, value]) => value !== undefined && value !== null && value !== '' && value !== next,
  );
  if (facts.length === 0) return null;
  return (
    <table className="why-evidence" aria-label="Evidence">
      <tbody>
        {facts.map(([name, value]) => (
          <tr key={name}>
            <th scope="row">{wordsOf(name)}</th>
            <td className="gk-mono">{shown(name, value)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** `pauseTime` as `pause time`; the unit of a length is told with it. */
function wordsOf(name: string): string {
  return name
    .replace(/Ms$/u, '')
    .replaceAll(/([a-z])([A-Z])/gu, '$1 $2')
    .toLowerCase();
}

function shown(name: string, value: unknown): ReactNode {
  if (typeof value === 'string')
    return ULID.test(value) ? (
      <Link className="link" to="/executions/$executionId" params={{ executionId: value }}>
        {value}
      </Link>
    ) : (
      withLocalTimes(value)
    );
  if (typeof value === 'number') {
    if (value > INSTANTS[0] && value < INSTANTS[1]) return formatInstant(value);
    if (name.endsWith('Ms')) return value < 1000 ? `${Math.round(value)} ms` : formatDuration(value);
  }
  if (Array.isArray(value)) {
    const deep = value.some((each) => typeof each === 'object');
    return value.map((each, index) => (
      // oxlint-disable-next-line react/no-array-index-key -- what was found out stays in its order
      <span key={index}>
        {index === 0 ? '' : deep ? '; ' : ', '}
        {shown(name, each)}
      </span>
    ));
  }
  if (value !== null && typeof value === 'object')
    return Object.entries(value).map(([key, each], index) => (
      <span key={key}>
        {index === 0 ? '' : ', '}
        {wordsOf(key)} {shown(key, each)}
      </span>
    ));
  return String(value);
}
