-- How far each reader of orca's event stream has come, and which process reads for it.
create table echo.cursors (
  name text primary key,
  cursor text not null,
  owner text,
  owned_until timestamptz not null default now()
);
