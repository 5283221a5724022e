/** One line of a report: what was measured, what was demanded of it. */
export interface ReportRow {
  readonly metric: string;
  readonly value: number | string;
  readonly unit: string;
  /** What it is measured against, such as `0` for failed requests. */
  readonly of: number | string;
  readonly ok: boolean;
}

/** A row that must equal what is demanded. */
export function equal(metric: string, value: number | string, of: number | string, unit = ''): ReportRow {
  return { metric, value, unit, of, ok: value === of };
}

/** A row that must reach what is demanded. */
export function atLeast(metric: string, value: number, of: number, unit = ''): ReportRow {
  return { metric, value: Math.round(value * 10) / 10, unit, of: `>= ${of}`, ok: value >= of };
}

/** Prints a table and, as the last line, the report as JSON; answers whether all rows are good. */
export function printReport(name: string, rows: readonly ReportRow[]): boolean {
  const ok = rows.length > 0 && rows.every((row) => row.ok);
  const cells = rows.map((row) => [
    row.ok ? 'ok' : 'NO',
    row.metric,
    `${row.value} ${row.unit}`.trim(),
    String(row.of),
  ]);
  const table = [['', 'what', 'measured', 'demanded'], ...cells];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...table.map((line) => (line[column] ?? '').length)));
  console.log('');
  for (const line of table)
    console.log(
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    );
  const json = rows.map(({ metric, value, unit, of }) => ({ metric, value, unit, of, ratio: ratio(value, of) }));
  console.log(JSON.stringify({ name, ok, rows: json }));
  return ok;
}

function ratio(value: number | string, of: number | string): number | null {
  const demanded = Number(String(of).replace('>= ', ''));
  return typeof value === 'number' && demanded !== 0 && Number.isFinite(demanded) ? value / demanded : null;
}
