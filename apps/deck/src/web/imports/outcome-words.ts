import type { ImportOutcome } from '@gennaker/contracts/document-import';
import type { Look } from '@gennaker/ui/status';

/** What names a document among those of an import. */
export const placeOf = ({ source, path }: { readonly source: string; readonly path: string }): string =>
  `${source} ${path}`;

/** What is done with documents that exist. */
export type Conflict = 'leave' | 'replace';

/** A result after the choice of what is done with documents that exist: the dry run leaves them all alone. */
export function fateOf({ result }: ImportOutcome, conflict: Conflict): ImportOutcome['result'] {
  return result === 'exists' && conflict === 'replace' ? 'would be replaced' : result;
}

/** True where an import would store the document. */
export function isStorable(outcome: ImportOutcome, conflict: Conflict): boolean {
  return fateOf(outcome, conflict).startsWith('would be');
}

/** A result in words. */
export const RESULTS: Readonly<Record<ImportOutcome['result'], { readonly word: string; readonly look: Look }>> = {
  imported: { word: 'Imported', look: 'succeeded' },
  replaced: { word: 'Imported as its newest version', look: 'succeeded' },
  'would be imported': { word: 'Will be imported', look: 'waiting' },
  'would be replaced': { word: 'Becomes its newest version', look: 'paused' },
  exists: { word: 'Exists: left alone', look: 'skipped' },
  refused: { word: 'Refused', look: 'failed' },
};

const PARTS = [
  ['imported', 'imported'],
  ['replaced', 'made the newest version'],
  ['would be imported', 'can be imported'],
  ['would be replaced', 'would become the newest version'],
  ['exists', 'left alone: there is such a one already'],
  ['refused', 'refused'],
] as const;

/** How many documents came to what, in one sentence. */
export function summaryOf(documents: readonly ImportOutcome[], conflict: Conflict): string {
  const fates = documents.map((each) => fateOf(each, conflict));
  const parts = PARTS.map(([fate, words]) => [fates.filter((each) => each === fate).length, words] as const)
    .filter(([count]) => count > 0)
    .map(([count, words]) => `${count} ${words}`);
  return `${documents.length} ${documents.length === 1 ? 'document' : 'documents'}: ${parts.join(', ')}.`;
}
