import { expect, it } from 'vitest';
import { type ActualTables, type Datamodel, differences } from './database-drift.ts';

const field = {
  kind: 'scalar' as const,
  isList: false,
  isRequired: true,
  isId: false,
  isUnique: false,
  hasDefaultValue: false,
};
const model: Datamodel = {
  enums: [],
  models: [
    {
      name: 'Thing',
      dbName: 'things',
      schema: 'orca',
      uniqueFields: [['name', 'size']],
      fields: [
        { ...field, name: 'id', type: 'BigInt', isId: true, hasDefaultValue: true },
        { ...field, name: 'name', type: 'String' },
        { ...field, name: 'size', type: 'Int', isRequired: false },
        { ...field, name: 'seenAt', dbName: 'seen_at', type: 'DateTime', nativeType: ['Timestamptz', ['6']] },
        { ...field, name: 'tags', type: 'String', isList: true },
      ],
    },
  ],
};
const column = (name: string, type: string, nullable = false, hasDefault = false) => ({
  table: 'orca.things',
  column: name,
  type,
  nullable,
  hasDefault,
});
const same = (): ActualTables => ({
  columns: [
    column('id', 'int8', false, true),
    column('name', 'text'),
    column('size', 'int4', true),
    column('seen_at', 'timestamptz'),
    column('tags', '_text'),
  ],
  keys: [
    { table: 'orca.things', columns: ['id'], primary: true },
    { table: 'orca.things', columns: ['name', 'size'], primary: false },
  ],
});

it('finds nothing when models and tables agree', () => {
  expect(differences(model, same())).toEqual([]);
});

it.each<[string, (tables: ActualTables) => void, RegExp]>([
  [
    'a missing column',
    ({ columns }) => columns.splice(1, 1),
    /things\.name is a field of model Thing, but no migration/,
  ],
  ['an extra column', ({ columns }) => columns.push(column('more', 'text')), /things\.more is no field/],
  [
    'another type',
    ({ columns }) => columns.splice(3, 1, column('seen_at', 'timestamp')),
    /seen_at is timestamp .* timestamptz/,
  ],
  ['nullability', ({ columns }) => columns.splice(2, 1, column('size', 'int4')), /things\.size is not null/],
  ['a missing default', ({ columns }) => columns.splice(0, 1, column('id', 'int8')), /things\.id has a default/],
  ['a missing unique key', ({ keys }) => keys.pop(), /unique over \(name, size\)/],
  ['another primary key', ({ keys }) => keys.splice(0, 1), /primary key \(\) .* \(id\)/],
  [
    'an extra table',
    ({ columns }) => columns.push({ ...column('id', 'text'), table: 'orca.more' }),
    /orca\.more has no model/,
  ],
  ['a missing table', ({ columns }) => columns.splice(0), /no migration makes table orca\.things/],
])('reports %s', (_what, change, problem) => {
  const tables = same();
  change(tables);
  expect(differences(model, tables)).toEqual([expect.stringMatching(problem)]);
});
