create schema if not exists front50;

create table front50.applications (
  id text primary key,
  attributes jsonb not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  updated_by text not null
);

-- The text is the document; everything beside it is read from it at the save.
create table front50.pipelines (
  id text primary key,
  application text not null,
  name text not null,
  name_key text not null,
  body text not null,
  disabled boolean not null,
  trigger_types text[] not null,
  position integer,
  warnings jsonb not null,
  version integer not null,
  updated_at bigint not null,
  updated_by text not null,
  created_at timestamptz not null default now(),
  unique (application, name_key)
);

-- Outlives its pipeline.
create table front50.pipeline_versions (
  pipeline_id text not null,
  version integer not null,
  application text not null,
  name text not null,
  body text not null,
  warnings jsonb not null,
  updated_at bigint not null,
  updated_by text not null,
  primary key (pipeline_id, version)
);

create table front50.tasks (
  id text primary key,
  key text unique,
  application text not null,
  body jsonb not null,
  created_at timestamptz not null default now()
);
create index tasks_application on front50.tasks (application, created_at desc);
