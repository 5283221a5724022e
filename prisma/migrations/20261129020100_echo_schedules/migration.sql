-- When the schedule of a cron trigger runs next; a changed schedule is another row.
create table echo.schedules (
  pipeline_id text not null,
  trigger_id text not null,
  expression text not null,
  timezone text not null,
  next_at timestamptz not null,
  primary key (pipeline_id, trigger_id, expression, timezone)
);
create index schedules_due on echo.schedules (next_at);

-- One row: when the schedules were last compared with the pipelines.
create table echo.schedule_look (
  id integer primary key,
  at timestamptz
);
insert into echo.schedule_look (id) values (1);
