-- Temporary changes with their undo: one of each name for a server group and an execution. A row that has no undo yet is
-- being made by its operation.
create table clouddriver.holds (
  id text primary key,
  operation_id text not null,
  description integer not null,
  provider text not null,
  account text not null,
  region text not null,
  server_group text not null,
  application text,
  name text not null,
  reason text not null,
  execution_id text,
  stage_id text,
  "user" text not null,
  undo jsonb,
  since timestamptz not null default now(),
  tries integer not null default 0,
  next_try timestamptz,
  release_operation text,
  problem text,
  ended_at timestamptz,
  outcome text
);
create unique index holds_made_by on clouddriver.holds (operation_id, description);
create unique index holds_open on clouddriver.holds (account, region, server_group, name, coalesce(execution_id, ''))
  where ended_at is null;

-- What of an execution can be undone, and how what it changed was left.
alter table clouddriver.operations add column left_state jsonb not null default '[]';
create index operations_execution on clouddriver.operations (execution_id) where execution_id is not null;

-- What a server group replaced when it was made.
create table clouddriver.predecessors (
  account text not null,
  region text not null,
  name text not null,
  previous_name text not null,
  previous_image text,
  primary key (account, region, name)
);
