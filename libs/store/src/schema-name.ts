/** A PostgreSQL schema's name, quoted for SQL. Throws on anything but lower-case letters, digits and `_`. */
export function schemaName(schema: string): string {
  if (!/^[a-z][a-z0-9_]{0,62}$/.test(schema)) {
    throw new Error(`"${schema}" is no PostgreSQL schema name: use lower-case letters, digits and _.`);
  }
  return `"${schema}"`;
}
