import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestServers, startTestServers } from '@gennaker/fixtures/servers';
import pg from 'pg';
import { z } from 'zod';
import { runHelper } from '../up/helper.ts';

const fieldSchema = z.object({
  name: z.string(),
  dbName: z.string().nullish(),
  kind: z.enum(['scalar', 'object', 'enum', 'unsupported']),
  type: z.string(),
  isList: z.boolean(),
  isRequired: z.boolean(),
  isId: z.boolean(),
  isUnique: z.boolean(),
  hasDefaultValue: z.boolean(),
  nativeType: z.tuple([z.string(), z.array(z.string())]).nullish(),
});
const modelSchema = z.object({
  name: z.string(),
  dbName: z.string().nullish(),
  schema: z.string(),
  fields: z.array(fieldSchema),
  primaryKey: z.object({ fields: z.array(z.string()) }).nullish(),
  uniqueFields: z.array(z.array(z.string())),
});
const datamodelSchema = z.object({
  models: z.array(modelSchema),
  enums: z.array(z.object({ name: z.string(), dbName: z.string().nullish() })),
});
type Field = z.infer<typeof fieldSchema>;
type Model = z.infer<typeof modelSchema>;
/** What Prisma's schema says. */
export type Datamodel = z.infer<typeof datamodelSchema>;

/** What a database has: columns by table (`schema.table`), and the columns of each primary key and unique index. */
export interface ActualTables {
  columns: { table: string; column: string; type: string; nullable: boolean; hasDefault: boolean }[];
  keys: { table: string; columns: string[]; primary: boolean }[];
}

const usualTypes: Record<string, string> = {
  String: 'text',
  Int: 'int4',
  BigInt: 'int8',
  Float: 'float8',
  Decimal: 'numeric',
  Boolean: 'bool',
  Json: 'jsonb',
  DateTime: 'timestamp',
  Bytes: 'bytea',
};
const nativeTypes: Record<string, string> = {
  Text: 'text',
  VarChar: 'varchar',
  Char: 'bpchar',
  Uuid: 'uuid',
  Inet: 'inet',
  Integer: 'int4',
  SmallInt: 'int2',
  BigInt: 'int8',
  Real: 'float4',
  DoublePrecision: 'float8',
  Decimal: 'numeric',
  Json: 'json',
  JsonB: 'jsonb',
  Timestamptz: 'timestamptz',
  Timestamp: 'timestamp',
  Date: 'date',
  ByteA: 'bytea',
};

/**
 * Applies the migrations to an empty PostgreSQL and compares the result with the models of prisma/*.prisma: tables,
 * columns, types, nullability, defaults, primary keys and unique keys. Answers a sentence per difference.
 */
export async function databaseDrift(root: string): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'gennaker-drift-'));
  let servers: TestServers | undefined;
  try {
    const model = await readDatamodel(root, folder);
    servers = await startTestServers();
    return differences(model, await readDatabase(servers.templateUrl));
  } finally {
    await servers?.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Compares models with tables; pure. */
export function differences(model: Datamodel, actual: ActualTables): string[] {
  const enums = new Map(model.enums.map((one) => [one.name, one.dbName ?? one.name]));
  const tables = new Set(actual.columns.map(({ table }) => table));
  const wanted = new Map(model.models.map((one) => [`${one.schema}.${one.dbName ?? one.name}`, one]));
  const problems = [...tables].filter((table) => !wanted.has(table)).map((table) => `table ${table} has no model`);
  for (const [table, one] of wanted) {
    if (!tables.has(table)) problems.push(`model ${one.name}: no migration makes table ${table}`);
    else problems.push(...columnDifferences(table, one, actual, enums), ...keyDifferences(table, one, actual));
  }
  return problems.sort();
}

function columnDifferences(table: string, model: Model, actual: ActualTables, enums: Map<string, string>): string[] {
  const columns = new Map(actual.columns.filter((one) => one.table === table).map((one) => [one.column, one]));
  const fields = model.fields.filter((field) => field.kind !== 'object');
  const known = new Set(fields.map(columnOf));
  const problems = [...columns.keys()]
    .filter((column) => !known.has(column))
    .map((column) => `${table}.${column} is no field of model ${model.name}`);
  for (const field of fields) {
    const at = `${table}.${columnOf(field)}`;
    const column = columns.get(columnOf(field));
    const type = typeOf(field, enums);
    if (!column) problems.push(`${at} is a field of model ${model.name}, but no migration makes it`);
    else if (column.type !== type) problems.push(`${at} is ${column.type} in the database and ${type} in the model`);
    else if (column.nullable === field.isRequired) {
      problems.push(`${at} is ${column.nullable ? 'nullable' : 'not null'} in the database, otherwise in the model`);
    } else if (field.hasDefaultValue && !column.hasDefault) {
      problems.push(`${at} has a default in the model and none in the database`);
    }
  }
  return problems;
}

function keyDifferences(table: string, model: Model, actual: ActualTables): string[] {
  const column = (name: string): string => columnOf(model.fields.find((field) => field.name === name) ?? { name });
  const text = (columns: string[]): string => columns.join(', ');
  const keys = actual.keys.filter((key) => key.table === table);
  const primary = model.primaryKey?.fields ?? model.fields.filter((field) => field.isId).map(({ name }) => name);
  const wantedPrimary = text(primary.map(column));
  const actualPrimary = text(keys.find((key) => key.primary)?.columns ?? []);
  const problems =
    wantedPrimary === actualPrimary
      ? []
      : [`${table} has the primary key (${actualPrimary}) in the database and (${wantedPrimary}) in the model`];
  const singles = model.fields.filter((field) => field.isUnique).map(({ name }) => [name]);
  for (const unique of [...model.uniqueFields, ...singles]) {
    const columns = text(unique.map(column));
    if (!keys.some((key) => text(key.columns) === columns)) {
      problems.push(`${table} is unique over (${columns}) in the model and not in the database`);
    }
  }
  return problems;
}

function columnOf(field: Pick<Field, 'name'> & Partial<Field>): string {
  return field.dbName ?? field.name;
}

function typeOf(field: Field, enums: Map<string, string>): string {
  const native = field.nativeType?.[0];
  const one = native
    ? (nativeTypes[native] ?? native)
    : (enums.get(field.type) ?? usualTypes[field.type] ?? field.type);
  return field.isList ? `_${one}` : one;
}

/** Has Prisma itself read its schema, through a generator that writes down what it was given. */
async function readDatamodel(root: string, folder: string): Promise<Datamodel> {
  const output = join(folder, 'model.json');
  const script = join(root, 'apps/cli/src/check/model-generator.ts');
  const generator = `generator model {\n  provider = ${JSON.stringify(`${process.execPath} ${script}`)}\n  output = ${JSON.stringify(output)}\n}\n`;
  for (const file of await readdir(join(root, 'prisma'))) {
    if (!file.endsWith('.prisma')) continue;
    const text = await readFile(join(root, 'prisma', file), 'utf8');
    await writeFile(join(folder, file), text.replace(/^generator client \{[^}]*\}/m, generator));
  }
  const env = { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: '/bin/true', CHECKPOINT_DISABLE: '1' };
  const prisma = join(root, 'node_modules/prisma/build/index.js');
  await runHelper(process.execPath, [prisma, 'generate', '--schema', folder], { cwd: root, env });
  return datamodelSchema.parse(JSON.parse(await readFile(output, 'utf8')));
}

async function readDatabase(url: string): Promise<ActualTables> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const columns = await client.query<ActualTables['columns'][number]>(`
      select table_schema || '.' || table_name as table, column_name as column, udt_name as type,
        is_nullable = 'YES' as nullable, (column_default is not null or is_identity = 'YES') as "hasDefault"
      from information_schema.columns
      where table_schema not in ('pg_catalog', 'information_schema', 'public')
      order by table_schema, table_name, ordinal_position`);
    const keys = await client.query<ActualTables['keys'][number]>(`
      select n.nspname || '.' || t.relname as table, i.indisprimary as primary,
        array(select a.attname::text from unnest(i.indkey) with ordinality k(attnum, position)
          join pg_attribute a on a.attrelid = t.oid and a.attnum = k.attnum order by k.position) as columns
      from pg_index i join pg_class t on t.oid = i.indrelid join pg_namespace n on n.oid = t.relnamespace
      where i.indisunique and i.indpred is null and n.nspname not in ('pg_catalog', 'pg_toast', 'public')`);
    return { columns: columns.rows, keys: keys.rows };
  } finally {
    await client.end();
  }
}
