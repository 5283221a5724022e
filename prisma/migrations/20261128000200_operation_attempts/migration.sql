-- A failed operation may be begun again, or its undoing be finished: each attempt makes requests of its own to the cloud.
alter table clouddriver.operations add column attempt integer not null default 1;
-- What a failed operation could not undo, one sentence each.
alter table clouddriver.operations add column leftovers jsonb not null default '[]';
