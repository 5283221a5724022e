create schema if not exists igor;

-- A finished build that a master told of; done_at is set when echo has its event.
create table igor.notifications (
  key text primary key,
  master text not null,
  job text not null,
  number integer not null,
  payload jsonb not null,
  "user" text not null,
  trace text,
  received_at timestamptz not null default now(),
  attempts integer not null default 0,
  next_at timestamptz not null default now(),
  reason jsonb,
  answer jsonb,
  done_at timestamptz
);
create index notifications_open on igor.notifications (next_at) where done_at is null;
