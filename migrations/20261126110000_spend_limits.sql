-- What a client wants to spend at most in a month, so that it is told at 50, 80 and 100 per cent of it. It stops no call.

create table tenant.spend_limits (
  tenant_id uuid not null,
  contract_id uuid not null,
  amount_minor bigint not null check (amount_minor > 0),
  set_by text not null,
  set_at timestamptz not null,
  primary key (tenant_id, contract_id),
  foreign key (tenant_id, contract_id) references tenant.contracts
);
comment on table tenant.spend_limits is 'The month''s amount before tax, in minor units of the contract''s currency, at parts of which its client is told. No row: no limit.';
alter table tenant.spend_limits enable row level security;
alter table tenant.spend_limits force row level security;
create policy own_rows on tenant.spend_limits for all
  using (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))
  with check (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid));
grant select, insert, update, delete on tenant.spend_limits to callhouse_app;
