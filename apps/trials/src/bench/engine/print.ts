import type { RowResult } from './row.ts';

/** Prints the table and, as the last line, the report as JSON; answers whether every row reaches its bound. */
export function printBench(name: string, rows: readonly RowResult[], say: (text: string) => void): boolean {
  const ok = rows.length > 0 && rows.every((row) => row.ok);
  const table = [
    ['', 'what', 'measured', 'beside', 'ratio (min..max)', 'reach', 'aim', 'beside what'],
    ...rows.map((row) => [
      row.ok ? 'ok' : 'NO',
      row.metric,
      `${row.value ?? '-'} ${row.unit}`,
      String(row.beside),
      row.ratio === null ? '-' : `${row.ratio} (${row.min}..${row.max})`,
      row.bounds === 'value' ? `${row.reach} ${row.unit}` : `${row.reach}x`,
      String(row.aim),
      row.of,
    ]),
  ];
  const widths = table[0]?.map((_, column) => Math.max(...table.map((line) => (line[column] ?? '').length))) ?? [];
  say('');
  for (const line of table)
    say(
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    );
  for (const row of rows) for (const flag of row.flags) say(`flag: ${row.metric}: ${flag}`);
  say(JSON.stringify({ name, ok, rows }));
  return ok;
}
