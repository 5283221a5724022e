create schema if not exists gate;

create table gate.users (
  name text primary key,
  email text,
  password_hash text,
  roles text[] not null default '{}',
  admin boolean not null default false,
  enabled boolean not null default true,
  created_at timestamptz not null default now(),
  last_login_at timestamptz
);

create table gate.sessions (
  hash text primary key,
  "user" text not null references gate.users (name) on delete cascade,
  created_at timestamptz not null,
  seen_at timestamptz not null,
  expires_at timestamptz not null
);
create index sessions_user on gate.sessions ("user");

create table gate.api_tokens (
  id text primary key,
  name text not null,
  principal_type text not null,
  principal text not null references gate.users (name) on delete cascade,
  hash text not null unique,
  scope jsonb,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  last_used_at timestamptz
);
create unique index api_tokens_name on gate.api_tokens (principal, name);

create table gate.settings (
  name text primary key,
  value jsonb not null
);
