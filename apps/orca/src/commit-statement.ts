import { SWEEP_AFTER_MS, texts } from './transition.ts';

/** What a flush has besides the executions' own rows. */
export interface FlushParts {
  readonly history: boolean;
  readonly changed: boolean;
  readonly made: boolean;
  readonly gone: boolean;
  readonly blobs: boolean;
  readonly ended: boolean;
}

/** How rows come to a statement: as lists of any length, or as so many rows of single values, which is cheaper for few. */
type Form = 'lists' | { readonly changed: number };

const made = new Map<string, { readonly name: string; readonly text: string }>();

/**
 * All transitions of a flush in one statement: each stands by itself, fenced by owner, epoch and version. Parts that the
 * flush does not have are left out, for each costs its start and end. Parameters come in the order of the parts:
 * executions (13) and lease, history (4), changed (8 for each), made (13), gone (2), blobs (2) and their uses (2). As single
 * values there is one execution.
 */
export function commitStatement(
  parts: FlushParts,
  form: Form = 'lists',
): { readonly name: string; readonly text: string } {
  const key = Object.values(parts)
    .map((there) => (there ? 1 : 0))
    .join('');
  const name = `orca-commit-${key}${form === 'lists' ? '' : `-${form.changed}`}`;
  const known = made.get(name);
  if (known) return known;
  const statement = { name, text: build(parts, form) };
  made.set(name, statement);
  return statement;
}

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
function listOf(type: string, next: () => number): string {
  if (type === 'text') return texts(next());
  return type === 'json' ? `${texts(next())}::json[]` : `$${next()}::${type}[]`;
}

const CHANGED = [
  'execution_id text',
  'id text',
  'status text',
  'start_time bigint',
  'end_time bigint',
  'data text',
  'context text',
  'outputs text',
];

function build(parts: FlushParts, form: Form): string {
  let last = 0;
  /** Rows under a name; columns are written `name type`. */
  const rows = (alias: string, count: number, columns: readonly string[]): string => {
    const types = columns.map((column) => column.split(' ')[1] ?? 'text');
    const names = columns.map((column) => column.split(' ')[0]).join(', ');
    const row = (): string => `(${types.map((type) => `$${++last}::${type}`).join(', ')})`;
    const source =
      form === 'lists'
        ? `unnest(${types.map((type) => listOf(type, () => ++last)).join(', ')})`
        : `(values ${Array.from({ length: count }, row).join(', ')})`;
    return `${source} as ${alias}(${names})`;
  };
  const text = (): string => texts(++last);
  const input = rows('i', 1, [
    'id text',
    'owner text',
    'epoch int',
    'from_version int',
    'version int',
    'status text',
    'complete bool',
    'start_time bigint',
    'end_time bigint',
    'live json',
    'mail_applied int',
    'wake_at float8',
    'release bool',
  ]);
  const steps = [
    `own as (
  update orca.executions e set
    version = i.version, status = i.status, complete = i.complete, start_time = i.start_time, end_time = i.end_time,
    live = coalesce(i.live, e.live), rows_version = case when i.live is null then coalesce(e.rows_version, i.from_version) end,
    mail_applied = i.mail_applied,
    failures = case when i.version > i.from_version then 0 else e.failures end,
    owner = case when i.release and e.mail_seq <= i.mail_applied then null else e.owner end,
    -- The commit renews the lease by itself; due_at, which is indexed, is left to the thread that renews.
    claim_expires = greatest(e.claim_expires, clock_timestamp() + $${++last}::float8 * interval '1 millisecond'),
    due_at = case when i.release and e.mail_seq <= i.mail_applied
                  then to_timestamp((i.wake_at + ${SWEEP_AFTER_MS}) / 1000) else e.due_at end
  from ${input} where e.id = i.id and e.owner = i.owner and e.epoch = i.epoch and e.version = i.from_version
  returning e.id, e.application, e.pipeline_config_id, e.owner, e.mail_seq, e.complete
)`,
  ];
  if (parts.history)
    steps.push(`history as (
  insert into orca.events (execution_id, sequence, application, pipeline_config_id, trace, data, ended)
  select own.id, v.sequence, own.application, own.pipeline_config_id, v.trace, v.data, own.complete
  from ${rows('v', 1, ['id text', 'sequence int', 'trace text', 'data text'])} join own on own.id = v.id
)`);
  if (parts.changed)
    steps.push(`changed as (
  update orca.stages s set status = v.status, start_time = v.start_time, end_time = v.end_time, data = v.data,
    context = coalesce(v.context, s.context), outputs = coalesce(v.outputs, s.outputs)
  from ${rows('v', form === 'lists' ? 0 : form.changed, CHANGED)}, own
  where own.id = v.execution_id and s.execution_id = v.execution_id and s.id = v.id
)`);
  if (parts.made)
    steps.push(`made as (
  ${insertStages(() => ++last)} join own on own.id = v.execution_id
)`);
  if (parts.gone)
    steps.push(`gone as (
  delete from orca.stages s using unnest(${text()}, ${text()}) as v(execution_id, id), own
  where own.id = v.execution_id and s.execution_id = v.execution_id and s.id = v.id
)`);
  if (parts.blobs)
    steps.push(
      `stored as (
  insert into orca.blobs (hash, data) select decode(v.hash, 'hex'), v.data from unnest(${text()}, ${text()}) as v(hash, data)
  on conflict do nothing
)`,
      `used as (
  insert into orca.blob_uses (execution_id, hash)
  select v.execution_id, decode(v.hash, 'hex') from unnest(${text()}, ${text()}) as v(execution_id, hash) on conflict do nothing
)`,
    );
  if (parts.ended)
    steps.push(`freed as (
  delete from orca.slots s using own where own.complete and s.execution_id = own.id
)`);
  return `with ${steps.join(', ')} select own.id, own.owner is null as released, own.mail_seq from own`;
}
