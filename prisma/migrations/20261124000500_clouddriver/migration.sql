create schema if not exists clouddriver;

-- One accepted change, with everything that is needed to carry it on after a crash.
create table clouddriver.operations (
  id text primary key,
  key text not null unique,
  provider text not null,
  account text not null,
  application text,
  descriptions jsonb not null,
  status text not null default 'QUEUED',
  reason jsonb,
  results jsonb not null default '[]',
  "user" text not null,
  execution_id text,
  stage_id text,
  trace text,
  owner text,
  epoch bigint not null default 0,
  lease_until timestamptz,
  created_at timestamptz not null default now(),
  started_at timestamptz,
  ended_at timestamptz
);
create index operations_open on clouddriver.operations (lease_until, created_at) where ended_at is null;
create index operations_ended on clouddriver.operations (ended_at);

-- The journal: a step that is done is never run again; one that was begun is undone when the operation fails.
create table clouddriver.steps (
  operation_id text not null references clouddriver.operations (id) on delete cascade,
  name text not null,
  state text not null,
  result jsonb,
  started_at timestamptz not null default now(),
  ended_at timestamptz,
  primary key (operation_id, name)
);

create table clouddriver.progress (
  operation_id text not null references clouddriver.operations (id) on delete cascade,
  sequence integer not null,
  phase text not null,
  status text not null,
  at timestamptz not null default now(),
  primary key (operation_id, sequence)
);

-- Names taken before their first use; a row goes when its operation has ended.
create table clouddriver.reservations (
  account text not null,
  region text not null,
  name text not null,
  cluster text not null,
  operation_id text not null references clouddriver.operations (id) on delete cascade,
  description integer not null,
  primary key (account, region, name)
);
create index reservations_operation on clouddriver.reservations (operation_id);

-- The epoch stays when a lock is given back, so that it never repeats.
create table clouddriver.locks (
  account text not null,
  region text not null,
  cluster text not null,
  epoch bigint not null default 0,
  holder text,
  reason text,
  expires timestamptz,
  primary key (account, region, cluster)
);

create table clouddriver.lock_waiters (
  account text not null,
  region text not null,
  cluster text not null,
  holder text not null,
  reason text not null,
  execution_id text,
  stage_id text,
  since timestamptz not null default now(),
  seen timestamptz not null default now(),
  primary key (account, region, cluster, holder)
);

-- The traffic that was asked for; what the cloud does is in the inventory.
create table clouddriver.traffic (
  account text not null,
  region text not null,
  name text not null,
  load_balancers jsonb not null,
  enabled boolean not null,
  policy jsonb,
  draining_until timestamptz,
  primary key (account, region, name)
);

create table clouddriver.inventory (
  kind text not null,
  account text not null,
  region text not null,
  name text not null,
  application text,
  cluster text,
  body jsonb not null,
  hash text not null,
  seen_at timestamptz not null,
  stale boolean not null default false,
  primary key (kind, account, region, name)
);
create index inventory_application on clouddriver.inventory (kind, application);

-- Who refreshes an account's inventory, and when it is due.
create table clouddriver.watches (
  account text primary key,
  owner text,
  lease_until timestamptz,
  last_seen timestamptz,
  error text
);

create table clouddriver.outbox (
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
create index outbox_due on clouddriver.outbox (target, id) where dead_reason is null;

create table clouddriver.inbox (
  key text primary key,
  response jsonb,
  created_at timestamptz not null default now()
);
