import type { Change } from '@gennaker/contracts/document-history';

const MARKS: Readonly<Record<Change['kind'], string>> = { added: '+', removed: '−', changed: '~', moved: '↕' };

/** What changed from one version to another, in sentences. */
export function ChangeList({ changes }: { readonly changes: readonly Change[] }) {
  if (changes.length === 0) return <p className="gk-muted changes-none">Nothing that matters changed</p>;
  return (
    <ul className="changes">
      {changes.map(({ path, kind, sentence }) => (
        <li key={`${kind} ${path}`} data-kind={kind}>
          <span className="changes-mark" aria-hidden>
            {MARKS[kind]}
          </span>
          {sentence}
        </li>
      ))}
    </ul>
  );
}
