import { insertStages, listOf } from './insert-stages.ts';
import { START_VALUES, startSteps } from './start-statement.ts';
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
export type Form = 'lists' | { readonly changed: number };

/** A prepared statement. */
export interface Statement {
  readonly name: string;
  readonly text: string;
}

const made = new Map<string, Statement>();

/**
 * All transitions of a flush in one statement: each stands by itself, fenced by owner, epoch and version. Parts that the
 * flush does not have are left out, for each costs its start and end. Parameters come in the order of the parts:
 * executions (13) and lease, history (4), changed (8 for each), made (13), gone (2), blobs (2) and their uses (2). As single
 * values there is one execution.
 */
export function commitStatement(parts: FlushParts, form: Form = 'lists'): Statement {
  const name = `orca-commit-${keyOf(parts)}${form === 'lists' ? '' : `-${form.changed}`}`;
  return known(name, () => `with ${commitSteps(parts, form, 0).join(', ')} select ${OUTCOMES} from own`);
}

/** As `commitStatement`, with new executions before them, whose parameters come first. Rows of these have no `mail_seq`. */
export function startAndCommitStatement(parts: FlushParts): Statement {
  return known(`orca-commit-starts-${keyOf(parts)}`, () => {
    const steps = [...startSteps(false), ...commitSteps(parts, 'lists', START_VALUES)];
    return `with ${steps.join(', ')} select id, false as released, null::int as mail_seq from born union all select ${OUTCOMES} from own`;
  });
}

const OUTCOMES = 'own.id, own.owner is null as released, own.mail_seq';

function keyOf(parts: FlushParts): string {
  return Object.values(parts)
    .map((there) => (there ? 1 : 0))
    .join('');
}

function known(name: string, build: () => string): Statement {
  const old = made.get(name);
  if (old) return old;
  const statement = { name, text: build() };
  made.set(name, statement);
  return statement;
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

/** The steps of a flush; its parameters follow the first `before` ones. */
function commitSteps(parts: FlushParts, form: Form, before: number): readonly string[] {
  let last = before;
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
  return steps;
}
