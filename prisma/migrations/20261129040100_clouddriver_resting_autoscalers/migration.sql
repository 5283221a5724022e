-- The mode that a resting autoscaler is to have again; null: it does not rest, or nobody noted it.
alter table clouddriver.traffic add column autoscaling_mode text;
