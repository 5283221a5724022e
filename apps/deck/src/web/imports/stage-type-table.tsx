import type { ImportedType } from '@gennaker/contracts/document-import';
import { TableHead } from '@gennaker/ui/table-head';

/** How the stages of each type are understood, over all documents. */
export function StageTypeTable({ types }: { readonly types: readonly ImportedType[] }) {
  if (types.length === 0) return null;
  return (
    <section aria-labelledby="stage-types">
      <h2 id="stage-types">Stage types</h2>
      <p className="gk-muted">
        Mapped: done as in Spinnaker. Approximated: done, but for something that the document keeps and nothing follows.
        Unsupported: the run is refused until the stage is gone.
      </p>
      <div className="card">
        <table className="table">
          <TableHead columns={['Type', 'Mapped', 'Approximated', 'Unsupported', 'Most often because']} />
          <tbody>
            {types.map(({ type, mapped, approximated, unsupported, why }) => (
              <tr key={type}>
                <td className="gk-mono">{type}</td>
                <Amount of={mapped} />
                <Amount of={approximated} />
                <Amount of={unsupported} />
                <td className="gk-muted">{why}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function Amount({ of }: { readonly of: number }) {
  return <td className={of === 0 ? 'gk-num gk-muted' : 'gk-num'}>{of}</td>;
}
