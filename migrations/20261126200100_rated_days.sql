-- Contacts of a month by day, kept beside its rated items where a charge asks for the success rate: the rate of a version is
-- that of its days, and without this each draft adds up every contact of the month.

create table tenant.rated_days (
  tenant_id uuid not null,
  contract_id uuid not null,
  period_start date not null,
  day date not null,
  contacts bigint not null check (contacts >= 0),
  primary key (tenant_id, contract_id, period_start, day),
  foreign key (tenant_id, contract_id) references tenant.contracts (tenant_id, id)
);
comment on table tenant.rated_days is
  'Contacts among tenant.rated_items of a contract and month, whatever charges them, by the day of the client''s calendar. Written '
  'by the statement that writes the items and gone with them; what a correction or a person keeps off is taken off by who reads.';

alter table tenant.rated_months add column days_summed boolean not null default false;
comment on column tenant.rated_months.days_summed is
  'tenant.rated_days has the month''s contacts. False where no charge asks for them, and for a month rated before they were kept: '
  'the next run that rates something adds them up.';

alter table tenant.rated_days enable row level security;
alter table tenant.rated_days force row level security;
create policy own_rows on tenant.rated_days for all
  using (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))
  with check (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid));
grant select, insert, update, delete on tenant.rated_days to callhouse_app;
