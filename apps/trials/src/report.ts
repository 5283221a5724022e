/** One measured or counted thing of a trial. `ok` false makes the whole trial fail. */
export interface Row {
  readonly metric: string;
  readonly value: number | string;
  readonly unit: string;
  /** What it is compared with, when it is. */
  readonly of?: string;
  readonly ratio?: number;
  readonly ok: boolean;
}

/** A table for people and, as the last line, one line of JSON for programs: `{name, ok, rows}`. */
export function reportOf(name: string, rows: readonly Row[]): { readonly text: string; readonly ok: boolean } {
  const ok = rows.length > 0 && rows.every((row) => row.ok);
  const width = Math.max(...rows.map(({ metric }) => metric.length), 0);
  const lines = rows.map(
    (row) =>
      `${row.ok ? 'ok  ' : 'FAIL'} ${row.metric.padEnd(width)}  ${row.value} ${row.unit}${row.of ? ` (${row.of})` : ''}`,
  );
  const json = JSON.stringify({ name, ok, rows: rows.map(({ ok: _ok, ...row }) => row) });
  return { text: `\n${lines.join('\n')}\n${json}\n`, ok };
}
