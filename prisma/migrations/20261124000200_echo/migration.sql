create schema if not exists echo;

-- Stored before anything else is done with it; matched_at is set with its matches, in one commit.
create table echo.events (
  id text primary key,
  key text not null unique,
  type text not null,
  source text,
  content jsonb not null,
  headers jsonb not null,
  "user" text not null,
  trace text,
  received_at timestamptz not null default now(),
  matched_at timestamptz,
  reason jsonb,
  attempts integer not null default 0,
  next_at timestamptz not null default now()
);
create index events_received on echo.events (received_at desc);
create index events_open on echo.events (next_at) where matched_at is null;

create table echo.matches (
  event_id text not null references echo.events (id) on delete cascade,
  pipeline_id text not null,
  position integer not null,
  application text not null,
  pipeline text not null,
  state text not null,
  execution_id text unique,
  reason jsonb not null,
  updated_at timestamptz not null default now(),
  primary key (event_id, pipeline_id)
);
create index matches_pipeline on echo.matches (pipeline_id, event_id);

create table echo.outbox (
  id bigserial primary key,
  key text not null unique,
  target text not null,
  method text not null,
  path text not null,
  body jsonb not null,
  trace text,
  attempts integer not null default 0,
  next_at timestamptz not null default now(),
  dead_reason text,
  created_at timestamptz not null default now()
);
create index outbox_due on echo.outbox (target, id) where dead_reason is null;
