import { useState } from 'react';
import { FailedIcon, WarningIcon } from '@gennaker/ui/icons';
import type { Problem } from './problems.ts';

/** Problems shown before the rest is folded away. */
const FOLD_AT = 3;

/** What is to be mended; a click goes there. */
export function ProblemList({
  problems,
  onSelect,
}: {
  readonly problems: readonly Problem[];
  readonly onSelect: (node: string) => void;
}) {
  const [all, setAll] = useState(false);
  if (problems.length === 0) return null;
  const shown = all ? problems : problems.slice(0, FOLD_AT);
  return (
    <section className="problems" aria-label="Problems">
      <ul>
        {shown.map((problem, index) => (
          <li key={`${index}:${problem.message}`}>
            <button
              type="button"
              className="gk-tone"
              data-look={problem.level === 'error' ? 'failed' : 'paused'}
              onClick={() => onSelect(problem.node)}
            >
              {problem.level === 'error' ? (
                <FailedIcon className="gk-icon" size={14} aria-label="Error" />
              ) : (
                <WarningIcon className="gk-icon" size={14} aria-label="Warning" />
              )}
              <span>
                {problem.message}
                {problem.fix ? <span className="gk-muted"> · {problem.fix}</span> : null}
              </span>
            </button>
          </li>
        ))}
      </ul>
      {problems.length > FOLD_AT ? (
        <button type="button" className="problems-more" onClick={() => setAll(!all)}>
          {all ? 'Show fewer' : `${problems.length - FOLD_AT} more`}
        </button>
      ) : null}
    </section>
  );
}
