-- Accounts that were added at run time; those of gennaker.yml stand beside them. Credentials are references, never values.
create table clouddriver.accounts (
  name text primary key,
  definition jsonb not null,
  updated_at timestamptz not null default now(),
  updated_by text not null
);

create table clouddriver.account_audit (
  id bigserial primary key,
  at timestamptz not null default now(),
  "user" text not null,
  action text not null,
  account text not null,
  changes jsonb not null
);
create index account_audit_account on clouddriver.account_audit (account, id);

-- Since when looks at an account fail: stale is what was last seen before. An unchanged object is not written again, so
-- that it was seen when its account was.
alter table clouddriver.watches
  add column failing_since timestamptz,
  add column next_look timestamptz;
alter table clouddriver.inventory
  drop column stale,
  add column terms text not null default '';

-- Which backends of a load balancer, and which part of the group.
alter table clouddriver.traffic
  add column backends jsonb,
  add column percentage integer;

-- Any part of a name is found by its trigrams. A server without the extension searches without the index.
do $$
begin
  create extension if not exists pg_trgm;
  create index inventory_terms on clouddriver.inventory using gin (terms gin_trgm_ops);
exception
  when insufficient_privilege or undefined_file or undefined_object or feature_not_supported then
    raise notice 'pg_trgm is not there: search reads the inventory without an index';
end $$;
