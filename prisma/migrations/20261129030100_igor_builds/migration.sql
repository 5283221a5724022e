-- A build that was found by looking has no payload.
alter table igor.notifications alter column payload drop not null;

-- A start of a job that somebody asked for. watermark: the highest queue item that the master had before it was asked, so
-- that a start whose answer was lost is found again; leased_until: who asks the master now is alone until then.
create table igor.starts (
  key text primary key,
  master text not null,
  job text not null,
  parameters jsonb not null,
  asked_at timestamptz not null default now(),
  leased_until timestamptz not null,
  lease integer not null default 1,
  watermark bigint,
  queue_item bigint,
  cancelled_at timestamptz
);
create index starts_by_item on igor.starts (master, queue_item);

-- What is looked at again and again: a master, or an account of a registry. seen_at: the source's own time of the last look
-- that was finished.
create table igor.polls (
  name text primary key,
  next_at timestamptz not null,
  seen_at timestamptz,
  failures integer not null default 0,
  reason text
);

-- All builds of a job up to this number have ended and are told of, or are older than the first look.
create table igor.job_cursors (
  master text not null,
  job text not null,
  number integer not null,
  primary key (master, job)
);

-- A tag as it was last seen; passed_on: echo knows of it, or it was there at the first look.
create table igor.docker_tags (
  account text not null,
  repository text not null,
  tag text not null,
  digest text,
  passed_on boolean not null,
  primary key (account, repository, tag)
);
create index docker_tags_open on igor.docker_tags (account) where not passed_on;
