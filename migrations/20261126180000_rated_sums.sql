-- What a month's rated items come to, kept beside them: a draft reads these few rows instead of every item of the month. They
-- are written by the statement that writes the items, so that both are there or neither is, and are made anew with them.

create table tenant.rated_sums (
  tenant_id uuid not null,
  contract_id uuid not null,
  period_start date not null,
  charge_id uuid,
  part text,
  reason text,
  kind text,
  records bigint not null check (records >= 0),
  contacts bigint not null check (contacts >= 0),
  quantity bigint not null check (quantity >= 0),
  most bigint not null check (most >= 0),
  most_records bigint not null check (most_records >= 0),
  billed_s bigint not null,
  cost_s bigint not null,
  amount_num numeric not null,
  cost_num numeric not null,
  sale_minor bigint not null,
  check ((charge_id is null) = (reason is not null) and (charge_id is null) = (kind is not null)),
  foreign key (tenant_id, contract_id) references tenant.contracts (tenant_id, id)
);
create unique index one_sum on tenant.rated_sums (tenant_id, contract_id, period_start, charge_id, part, reason, kind) nulls not distinct;
comment on table tenant.rated_sums is
  'Sums of tenant.rated_items for a contract and month: one row for each charge and part of it, or for each reason and kind of '
  'usage that no charge takes. Of everything rated; what a correction or a person keeps off is taken off by who reads them.';
comment on column tenant.rated_sums.contacts is
  'Over the parts of a charge they add up to its contacts, each once (tenant.rated_contacts). 0 for usage of which each record '
  'is another contact.';
comment on column tenant.rated_sums.most_records is 'Records whose quantity is the most, so that one taken off need not lower it.';

create table tenant.rated_contacts (
  tenant_id uuid not null,
  contract_id uuid not null,
  period_start date not null,
  charge_id uuid not null,
  contact_id uuid not null,
  records int not null check (records > 0),
  primary key (tenant_id, contract_id, period_start, charge_id, contact_id)
);
comment on table tenant.rated_contacts is
  'Contacts of which a charge has records in a month, for usage that may have several of one (legs of a call), and how many. '
  'The key says whether a contact is new to the charge. No foreign keys, as for tenant.rated_items; gone with its month.';

alter table tenant.rated_months
  add column summed boolean not null default false,
  add column last_rated_at timestamptz not null default '-infinity';
comment on column tenant.rated_months.summed is
  'tenant.rated_sums has the month''s sums. False for a month rated before they were kept: its items are added up until the next '
  'run that rates something makes them.';
comment on column tenant.rated_months.last_rated_at is 'The latest rated_at of the month''s items: sums are as of any later cutoff.';

do $$
declare name text;
begin
  foreach name in array array['rated_sums', 'rated_contacts'] loop
    execute format('alter table tenant.%I enable row level security', name);
    execute format('alter table tenant.%I force row level security', name);
    execute format('create policy own_rows on tenant.%I for all
      using (tenant_id = (select nullif(current_setting(''app.tenant_id'', true), '''')::uuid))
      with check (tenant_id = (select nullif(current_setting(''app.tenant_id'', true), '''')::uuid))', name);
    execute format('grant select, insert, update, delete on tenant.%I to callhouse_app', name);
  end loop;
end $$;
