import type pg from 'pg';

/** Stands in a text for the number of a copy. No id, and no text of a bench, holds it. */
export const NUMBER = '\u00a7';

/** Rows to copy, and how the copies differ from them. */
export interface Copied {
  /** With its schema. */
  readonly table: string;
  /** The column that the rows are chosen by, and its value. */
  readonly by: string;
  readonly value: string;
  /** Columns that the table fills itself. */
  readonly own?: readonly string[];
  /** Columns that stay empty. */
  readonly empty?: readonly string[];
  /** What stands in the rows, wherever it does, and what stands in their copies, with marks. */
  readonly texts: readonly (readonly [text: string, put: string])[];
  /** Of each mark, SQL of the text that stands for it; `number` is the number of the copy. */
  readonly marks?: Readonly<Record<string, string>>;
}

/** A statement whose last two values are the first and the last number of its copies. */
export interface CopyStatement {
  readonly text: string;
  readonly values: readonly unknown[];
}

/** The statement that copies rows within PostgreSQL by INSERT ... SELECT. */
export async function copyStatement(client: pg.Client, copied: Copied): Promise<CopyStatement> {
  const [schema, table] = copied.table.split('.');
  const columns = await client.query<{ name: string; type: string }>(
    `select column_name as name, format_type(a.atttypid, a.atttypmod) as type
     from information_schema.columns c
     join pg_attribute a on a.attrelid = $1::text::regclass and a.attname = c.column_name
     where c.table_schema = $2 and c.table_name = $3 order by c.ordinal_position`,
    [copied.table, schema, table],
  );
  const kept = columns.rows.filter(({ name }) => !copied.own?.includes(name));
  const names = kept.map(({ name }) => client.escapeIdentifier(name));
  const rows = await client.query<Record<string, string | null>>(
    `select ${names.map((name) => `${name}::text as ${name}`).join(', ')} from ${copied.table} where ${copied.by} = $1`,
    [copied.value],
  );
  const marks = Object.entries({ [NUMBER]: 'number::text', ...copied.marks });
  const put = (value: string): string =>
    copied.texts.reduce((text, [old, marked]) => text.replaceAll(old, marked), value);
  // One list of texts for each column: a row of it is a row of the original, with marks.
  const values = kept.map(({ name }) =>
    rows.rows.map((row) => {
      const value = row[name];
      return value === null || value === undefined || copied.empty?.includes(name) ? null : put(value);
    }),
  );
  const selected = kept.map(({ type }, at) => {
    const text = marks
      .filter(([mark]) => values[at]?.some((value) => value?.includes(mark)))
      .reduce((inner, [mark, sql]) => `replace(${inner}, '${mark}', ${sql})`, `one.c${at}`);
    return `(${text})::${type}`;
  });
  const lists = kept.map((_, at) => `$${at + 1}::text[]`).join(', ');
  return {
    text: `insert into ${copied.table} (${names.join(', ')})
      select ${selected.join(', ')}
      from generate_series($${kept.length + 1}::int, $${kept.length + 2}::int) number,
        unnest(${lists}) one(${kept.map((_, at) => `c${at}`).join(', ')})`,
    values,
  };
}

/** Takes the indexes of tables away that are no constraints; made anew over all rows they cost less than row by row. */
export async function dropIndexes(client: pg.Client, tables: readonly string[]): Promise<() => Promise<void>> {
  const { rows } = await client.query<{ name: string; made: string }>(
    `select i.indexrelid::regclass::text as name, pg_get_indexdef(i.indexrelid) as made from pg_index i
     where i.indrelid = any ($1::regclass[])
       and not exists (select from pg_constraint c where c.conindid = i.indexrelid)`,
    [tables],
  );
  for (const { name } of rows) await client.query(`drop index ${name}`);
  return async () => {
    await client.query(`set maintenance_work_mem = '512MB'`);
    for (const { made } of rows) await client.query(made);
  };
}
