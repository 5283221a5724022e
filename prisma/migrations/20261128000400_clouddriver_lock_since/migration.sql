-- Since when a lock has its holder: renewals keep it.
alter table clouddriver.locks add column since timestamptz;
