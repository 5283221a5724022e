-- What proves who sent a webhook, with the bytes that were signed; and what was ignored, replayed or left out of the list.
alter table echo.events
  add column raw bytea,
  add column proof jsonb,
  add column ignored boolean not null default false,
  add column not_listed integer not null default 0,
  add column replay_of text,
  add column only_applications jsonb,
  add column only_pipeline text;

-- The cursor of a page is an event's place in this order.
drop index echo.events_received;
create index events_received on echo.events (received_at desc, id desc);

-- `elsewhere`: its triggers are for other sources. `identity`: what a trigger of this pipeline counts the event by, once.
alter table echo.matches
  add column elsewhere boolean not null default false,
  add column identity text;
create unique index matches_identity on echo.matches (pipeline_id, identity) where identity is not null;
create index matches_application on echo.matches (application, event_id);
