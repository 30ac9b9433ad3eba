-- What an hour of an agent's time costs the house, for margins. The house's own data: no client's page shows it.

create table house.cost_rates (
  id uuid primary key,
  pool_id uuid references house.pools,
  agent_id uuid references house.agents,
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  per_hour text not null check (per_hour ~ '^(0|[1-9][0-9]{0,11})(\.[0-9]{1,6})?$'),
  unique nulls not distinct (pool_id, agent_id),
  check (pool_id is null or agent_id is null)
);
comment on table house.cost_rates is
  'Cost of an hour, as tenants/house.toml has it: an agent''s own rate, else its pool''s, else the house''s (neither named).';

create table house.cost_exchange (
  currency text primary key check (currency ~ '^[A-Z]{3}$'),
  per_unit text not null check (per_unit ~ '^(0|[1-9][0-9]{0,11})(\.[0-9]{1,6})?$')
);
comment on table house.cost_exchange is 'How much of a client''s currency one unit of the house''s cost currency is, for margins.';

grant select, insert, update, delete on house.cost_rates, house.cost_exchange to callhouse_operator;
