-- The names of strategies belong to domain/routing, which falls back to longest idle on one it does not know; the files'
-- schema is where a wrong name is refused. The database asks for the form of a name only.
alter table tenant.queues drop constraint queues_strategy_check;
alter table tenant.queues add constraint queues_strategy_check check (strategy ~ '^[a-z_]{1,40}$');
