import { insertStages } from './insert-stages.ts';
import { texts } from './transition.ts';

/** Parameters of `startSteps` without big values. */
export const START_VALUES = 32;

/**
 * SQL that stores executions, with and without big values; those that are new are called `born`. Parameters: executions (15),
 * birth (2), stages (13), entries of their histories (1), the words that they are found by (1), big values (2) and their uses (2).
 */
export function startSteps(blobs: boolean): readonly string[] {
  return [EXECUTIONS, STAGES, HISTORY, WORDS, ...(blobs ? [BLOBS, USES] : [])];
}

const EXECUTIONS = `born as (
  insert into orca.executions (id, type, application, name, pipeline_config_id, status, build_time, start_time, version, start_key,
                               correlation_id, trace, data, live, owner, epoch, claim_expires, due_at, rows_version)
  select t.id, t.type, t.application, t.name, t.config_id, t.status, t.build_time, t.start_time, t.version, t.start_key,
         t.correlation_id, t.trace, t.data, t.live,
         birth.owner, case when birth.owner is null then 0 else 1 end, birth.expires,
         case when t.queued then null else coalesce(birth.expires, clock_timestamp() + interval '1 second') end,
         -- Whoever is at work on it writes the rows of its stages when it gives it back: until then they are in the history.
         case when birth.owner is null then null else 0 end
  from unnest(${texts(1)}, ${texts(2)}, ${texts(3)}, ${texts(4)}, ${texts(5)}, ${texts(6)}, $7::bigint[], $8::bigint[], $9::int[], ${texts(10)},
              ${texts(11)}, ${texts(12)}, ${texts(13)}::json[], ${texts(14)}::json[], $15::bool[])
    as t(id, type, application, name, config_id, status, build_time, start_time, version, start_key, correlation_id, trace, data, live,
         queued)
  left join (select $16::text as owner, clock_timestamp() + $17::float8 * interval '1 millisecond' as expires
             where $16::text is not null) birth on not t.queued
  on conflict do nothing
  returning id, application, pipeline_config_id, trace
)`;

const STAGES = `born_stages as (
  ${insertStages(counter(18))} join born on born.id = v.execution_id
)`;

const HISTORY = `born_history as (
  insert into orca.events (execution_id, sequence, application, pipeline_config_id, trace, data)
  select born.id, 1, born.application, born.pipeline_config_id, born.trace, v.data
  from unnest(${texts(1)}, ${texts(31)}) as v(id, data) join born on born.id = v.id
)`;

const WORDS = `born_words as (
  insert into orca.execution_words (execution_id, build_time, words)
  select born.id, v.build_time, string_to_array(v.words, E'\\x1f')
  from unnest(${texts(1)}, $7::bigint[], ${texts(32)}) as v(id, build_time, words) join born on born.id = v.id
  where v.words is not null
)`;

const BLOBS = `born_blobs as (
  insert into orca.blobs (hash, data) select decode(v.hash, 'hex'), v.data from unnest(${texts(33)}, ${texts(34)}) as v(hash, data)
  on conflict do nothing
)`;

const USES = `born_uses as (
  insert into orca.blob_uses (execution_id, hash)
  select v.execution_id, decode(v.hash, 'hex') from unnest(${texts(35)}, ${texts(36)}) as v(execution_id, hash)
  join born on born.id = v.execution_id on conflict do nothing
)`;

function counter(first: number): () => number {
  let next = first;
  return () => next++;
}
