import { texts } from './transition.ts';

const MADE = [
  'execution_id text',
  'id text',
  'position int',
  'ref_id text',
  'type text',
  'name text',
  'status text',
  'start_time bigint',
  'end_time bigint',
  'parent_id text',
  'data text',
  'context text',
  'outputs text',
];

/** SQL that inserts new stages, whose 13 parameters `stageLists` makes; `next` numbers them. The rows are called `v`. */
export function insertStages(next: () => number): string {
  const names = MADE.map((column) => column.split(' ')[0]).join(', ');
  const lists = MADE.map((column) => listOf(column.split(' ')[1] ?? 'text', next));
  return `insert into orca.stages (${names}) select v.* from unnest(${lists.join(', ')}) as v(${names})`;
}

/** A list parameter of a type, as rows can be made of it. */
export function listOf(type: string, next: () => number): string {
  if (type === 'text') return texts(next());
  return type === 'json' ? `${texts(next())}::json[]` : `$${next()}::${type}[]`;
}
