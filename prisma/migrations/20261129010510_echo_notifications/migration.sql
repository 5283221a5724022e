-- Executions of which more is to be told than their end; `sequence` is the last event of each that was looked at.
create table echo.followed (
  execution_id text primary key,
  sequence integer not null default 0,
  ended_at timestamptz,
  next_look timestamptz not null
);
create index followed_due on echo.followed (next_look);

-- Messages on their way, delivered, given up or discarded; the key makes each of them one.
create table echo.notifications (
  id text primary key,
  key text not null unique,
  type text not null,
  level text not null,
  event text not null,
  address text not null,
  address_key text not null,
  application text not null,
  execution_id text,
  stage_id text,
  notification jsonb not null,
  message jsonb not null,
  state text not null,
  attempts integer not null default 0,
  reason jsonb,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  next_at timestamptz not null,
  give_up_at timestamptz not null
);
create index notifications_due on echo.notifications (address_key, next_at, id) where state = 'waiting';
create index notifications_state on echo.notifications (state, id desc);
create index notifications_application on echo.notifications (application, id desc);
create index notifications_execution on echo.notifications (execution_id) where execution_id is not null;
