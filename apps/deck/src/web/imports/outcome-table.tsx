import { Checkbox } from '@mantine/core';
import type { ImportOutcome, Rehearsal } from '@gennaker/contracts/document-import';
import { StatusText } from '@gennaker/ui/status';
import { formatDuration } from '@gennaker/ui/time';
import { Link } from '@tanstack/react-router';
import { type Conflict, fateOf, isStorable, placeOf, RESULTS } from './outcome-words.ts';

interface TableProps {
  readonly documents: readonly ImportOutcome[];
  readonly conflict: Conflict;
  /** Documents that are not to be imported, by place. */
  readonly left: ReadonlySet<string>;
  /** Absent: it is over, and nothing can be chosen any more. */
  readonly onLeft?: ((left: ReadonlySet<string>) => void) | undefined;
}

/** A line for each document: how its stages are understood, how its rehearsal went, what becomes of it and why. */
export function OutcomeTable({ documents, conflict, left, onLeft }: TableProps) {
  const storable = documents.filter((each) => isStorable(each, conflict)).map(placeOf);
  const taken = storable.filter((place) => !left.has(place));
  const rehearsed = documents.some(({ rehearsal }) => rehearsal !== undefined);
  return (
    <div className="card outcomes">
      <table className="table" aria-label="Documents">
        <thead>
          <tr>
            {onLeft ? (
              <th scope="col">
                <Checkbox
                  aria-label="Import all that can be"
                  disabled={storable.length === 0}
                  checked={taken.length > 0 && taken.length === storable.length}
                  indeterminate={taken.length > 0 && taken.length < storable.length}
                  onChange={(event) => onLeft(new Set(event.currentTarget.checked ? [] : storable))}
                />
              </th>
            ) : null}
            <th scope="col">Document</th>
            <th scope="col">Stages</th>
            {rehearsed ? <th scope="col">Rehearsal</th> : null}
            <th scope="col">{onLeft ? 'What happens' : 'What happened'}</th>
          </tr>
        </thead>
        <tbody>
          {documents.map((document) => (
            <Row
              key={placeOf(document)}
              document={document}
              conflict={conflict}
              left={left}
              onLeft={onLeft}
              rehearsed={rehearsed}
            />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Row({
  document,
  conflict,
  left,
  onLeft,
  rehearsed,
}: { readonly document: ImportOutcome; readonly rehearsed: boolean } & Pick<
  TableProps,
  'conflict' | 'left' | 'onLeft'
>) {
  const place = placeOf(document);
  const { name, application, source, path, notes } = document;
  const can = isStorable(document, conflict);
  const isLeft = can && left.has(place);
  const fate = fateOf(document, conflict);
  const { word, look } = RESULTS[fate];
  const called = name || source;
  return (
    <tr>
      {onLeft ? (
        <td>
          <Checkbox
            aria-label={`Import ${called}`}
            disabled={!can}
            checked={can && !isLeft}
            onChange={(event) => {
              const next = new Set(left);
              if (event.currentTarget.checked) next.delete(place);
              else next.add(place);
              onLeft(next);
            }}
          />
        </td>
      ) : null}
      <td>
        <div className="outcome-name">
          {fate === 'imported' || fate === 'replaced' ? <Stored document={document} /> : called}
          {application ? <span className="gk-muted"> in {application}</span> : null}
        </div>
        {name ? (
          <div className="app-about gk-mono">
            {source}
            {path === '$' ? '' : ` ${path}`}
          </div>
        ) : path === '$' ? null : (
          <div className="app-about gk-mono">{path}</div>
        )}
        {notes.map((note) => (
          <div key={note} className="app-about">
            {note}
          </div>
        ))}
        <Differences of={document} />
      </td>
      <td className="outcome-counts">
        <Count of={document.mapped} what="mapped" />
        <Count of={document.approximated} what="approximated" />
        <Count of={document.unsupported} what="unsupported" />
      </td>
      {rehearsed ? (
        <td>
          <Rehearsed of={document.rehearsal} />
        </td>
      ) : null}
      <td>
        <StatusText look={isLeft ? 'skipped' : look}>{isLeft ? 'Left out' : word}</StatusText>
        {fate === 'refused' ? (
          <>
            <div>{document.reason}</div>
            {document.fix ? <div className="gk-muted">{document.fix}</div> : null}
          </>
        ) : null}
      </td>
    </tr>
  );
}

function Stored({ document: { kind, name, application } }: { readonly document: ImportOutcome }) {
  if (kind === 'template')
    return (
      <Link className="link" to="/pipeline-templates">
        {name}
      </Link>
    );
  return (
    <Link className="link" to="/applications/$application/executions" params={{ application }} search={{ q: name }}>
      {name}
    </Link>
  );
}

const TONES = { mapped: 'succeeded', approximated: 'paused', unsupported: 'failed' } as const;

function Count({ of, what }: { readonly of: number; readonly what: keyof typeof TONES }) {
  if (of === 0) return null;
  return (
    <div className="gk-num" data-verdict={TONES[what]}>
      {of} {what}
    </div>
  );
}

/** What is not simply mapped, and where; folded away. */
function Differences({ of: { stages } }: { readonly of: ImportOutcome }) {
  const lines = stages.flatMap(({ verdict, type, reasons }) =>
    verdict === 'mapped' ? [] : reasons.map(({ path, reason }) => ({ path, type, reason, verdict })),
  );
  if (lines.length === 0) return null;
  return (
    <details>
      <summary>{lines.length === 1 ? 'One thing' : `${lines.length} things`} to know about its stages</summary>
      <ul className="outcome-reasons">
        {lines.map(({ path, type, reason, verdict }) => (
          <li key={`${path} ${reason}`}>
            <span className="gk-mono">{path}</span> ({type}, {verdict}): {reason}
          </li>
        ))}
      </ul>
    </details>
  );
}

function Rehearsed({ of }: { readonly of: Rehearsal | undefined }) {
  if (!of) return <span className="gk-muted">None</span>;
  const { status, durationMs, failed } = of;
  if (status === 'SUCCEEDED')
    return <StatusText look="succeeded">Runs to its end, {formatDuration(durationMs)}</StatusText>;
  return (
    <>
      <StatusText look="paused">
        {status === undefined ? 'Does not end' : failed ? `Stops at “${failed.stage}”` : `Ends as ${status}`}
      </StatusText>
      {failed ? <div className="gk-muted">{failed.reason}</div> : null}
    </>
  );
}
