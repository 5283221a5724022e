-- When a look began that showed all of a kind, in epoch ms by kind: what changes seldom is not part of every look.
alter table clouddriver.watches add column kinds_seen jsonb not null default '{}';
