import type { ImportResult as Result } from '@gennaker/contracts/document-import';
import type { ReactNode } from 'react';
import { OutcomeTable } from './outcome-table.tsx';
import { type Conflict, summaryOf } from './outcome-words.ts';
import { StageTypeTable } from './stage-type-table.tsx';

/** What an import does or did: a sentence, what to do about it (`children`), a line for each document, the stage types. */
export function ImportResult({
  of: { documents, stageTypes },
  conflict,
  left = new Set(),
  onLeft,
  children,
}: {
  readonly of: Result;
  readonly conflict: Conflict;
  readonly left?: ReadonlySet<string>;
  readonly onLeft?: (left: ReadonlySet<string>) => void;
  readonly children?: ReactNode;
}) {
  return (
    <>
      <section aria-labelledby="documents">
        <h2 id="documents">{onLeft ? 'What an import would do' : 'What the import did'}</h2>
        <p role="status">{summaryOf(documents, conflict)}</p>
        {children}
        <OutcomeTable documents={documents} conflict={conflict} left={left} onLeft={onLeft} />
      </section>
      <StageTypeTable types={stageTypes} />
    </>
  );
}
