-- Strategies are pipelines of another kind: the same documents, checks and history, and names of their own.
alter table front50.pipelines add column kind text not null default 'pipeline';
alter table front50.pipelines add column cron_ids jsonb not null default '[]';
alter table front50.pipelines drop constraint pipelines_application_name_key_key;
alter table front50.pipelines add unique (application, kind, name_key);

-- A deletion is a version too: it says who and when, and what a restore brings back.
alter table front50.pipeline_versions add column kind text not null default 'pipeline';
alter table front50.pipeline_versions add column deleted boolean not null default false;
alter table front50.pipeline_versions add column cron_ids jsonb not null default '[]';
create index pipeline_versions_application on front50.pipeline_versions (application, pipeline_id, version desc);

create table front50.application_versions (
  application_id text not null,
  version integer not null,
  attributes jsonb not null,
  updated_at timestamptz not null,
  updated_by text not null,
  deleted boolean not null default false,
  primary key (application_id, version)
);

-- Documents that are named once in the whole system: projects, pipeline templates, notifications of an application.
create table front50.documents (
  kind text not null,
  id text not null,
  name_key text not null,
  body text not null,
  version integer not null,
  created_at bigint not null,
  updated_at bigint not null,
  updated_by text not null,
  primary key (kind, id),
  unique (kind, name_key)
);

create table front50.document_versions (
  kind text not null,
  id text not null,
  version integer not null,
  body text not null,
  updated_at bigint not null,
  updated_by text not null,
  deleted boolean not null default false,
  primary key (kind, id, version)
);
