import { TableHead } from '@gennaker/ui/table-head';
import type { Comparison } from './deed.ts';
import { differences } from './differences.ts';
import { fieldWords } from './field-words.ts';

/** What is asked for beside what there is, field by field. */
export function DifferencesTable({ title, before, after }: Comparison) {
  const rows = differences(before, after);
  const compared = Object.keys(after).map(fieldWords);
  return (
    <section className="differences" aria-label={title}>
      <h4 className="gk-section-title">{title}</h4>
      {rows.length === 0 ? (
        <p className="gk-muted panel-none">
          Nothing differs{compared.length > 0 ? ` of what is compared: ${compared.join(', ')}` : ''}.
        </p>
      ) : (
        <table className="table">
          <TableHead columns={['Field', 'Now', 'Then']} />
          <tbody>
            {rows.map(({ field, before: was, after: then }) => (
              <tr key={field}>
                <th scope="row">{fieldWords(field)}</th>
                <td>
                  <del>{was}</del>
                </td>
                <td>
                  <ins>{then}</ins>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}
