-- Sales with a life, what agents and the house earn by them, and the statements that pay it out.

create table tenant.sales (
  tenant_id uuid not null references tenant.companies,
  id uuid not null default uuidv7(),
  ref text not null check (length(ref) between 1 and 100),
  contact_id uuid,
  agent_id uuid,
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  sold_at timestamptz,
  stage text check (stage in ('sold', 'confirmed', 'delivered', 'paid')),
  amount_minor bigint not null default 0 check (amount_minor >= 0),
  returned_minor bigint not null default 0 check (returned_minor between 0 and amount_minor),
  is_returned boolean not null default false,
  supplier text,
  courier text,
  dealer text,
  usage_id uuid,
  updated_at timestamptz not null default now(),
  primary key (tenant_id, id),
  unique (tenant_id, ref),
  foreign key (tenant_id, usage_id) references tenant.usage (tenant_id, id)
);
create index sales_of_contact on tenant.sales (tenant_id, contact_id) where contact_id is not null;
create index sales_by_time on tenant.sales (tenant_id, sold_at desc, id desc);
create index sales_of_agent on tenant.sales (tenant_id, agent_id, sold_at desc) where agent_id is not null;
comment on table tenant.sales is
  'Projection of sale_events: sold -> confirmed -> delivered -> paid, returned in part or whole at any of them. ref is the '
  'client''s or courier''s order number; a sale known from a wrap-up alone has its contact''s id until an order names it. '
  'usage_id is the row of tenant.usage that counts for it now: a return corrects it.';

create table tenant.sale_events (
  tenant_id uuid not null,
  id uuid not null default uuidv7(),
  sale_id uuid not null,
  source text not null check (source ~ '^[a-z0-9][a-z0-9:_-]{0,59}$'),
  source_event_id text not null check (length(source_event_id) between 1 and 100),
  kind text not null check (kind in ('sold', 'confirmed', 'delivered', 'paid', 'returned')),
  occurred_at timestamptz not null,
  received_at timestamptz not null default now(),
  amount_minor bigint check (amount_minor >= 0),
  corrects text,
  is_void boolean not null default false,
  supplier text,
  courier text,
  dealer text,
  payload_hash text not null check (payload_hash ~ '^[0-9a-f]{64}$'),
  recorded_by text not null,
  primary key (tenant_id, id),
  unique (tenant_id, source, source_event_id),
  foreign key (tenant_id, sale_id) references tenant.sales (tenant_id, id),
  check (not is_void or corrects is not null)
);
create index events_of_sale on tenant.sale_events (tenant_id, sale_id);
create index sale_events_by_time on tenant.sale_events (tenant_id, occurred_at, id);
comment on table tenant.sale_events is
  'What a wrap-up, a client''s or a courier''s file said of a sale: unique by source for ever, append only by trigger. A '
  'correction is a new row that names the source_event_id it replaces (is_void: with nothing). The same id with another '
  'payload_hash is a rival and is reported, never stored.';

create table tenant.commission_plans (
  tenant_id uuid not null references tenant.companies,
  id uuid not null default uuidv7(),
  beneficiary text not null check (beneficiary in ('agent', 'house')),
  version int not null check (version > 0),
  valid daterange not null check (not isempty(valid) and lower_inc(valid)),
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  terms jsonb not null,
  created_by text not null,
  created_at timestamptz not null default now(),
  primary key (tenant_id, id),
  unique (tenant_id, beneficiary, version),
  unique (tenant_id, beneficiary, valid without overlaps)
);
comment on table tenant.commission_plans is
  'What a sale earns, by version: the one in force on the client''s calendar when it was sold holds for its whole life. terms is '
  'a CommissionPlan of domain/commission without its currency. A version is only ever ended, when the next begins, and the '
  'next never begins before a sale that is known.';

create table tenant.commission_statements (
  tenant_id uuid not null references tenant.companies,
  id uuid not null default uuidv7(),
  beneficiary text not null check (beneficiary in ('agent', 'house')),
  agent_id uuid,
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  period_start date not null check (extract(day from period_start) = 1),
  opening_minor bigint not null check (opening_minor <= 0),
  earned_minor bigint not null check (earned_minor >= 0),
  clawed_back_minor bigint not null check (clawed_back_minor >= 0),
  closing_minor bigint not null generated always as (opening_minor + earned_minor - clawed_back_minor) stored,
  payable_minor bigint not null generated always as (greatest(opening_minor + earned_minor - clawed_back_minor, 0)) stored,
  status text not null default 'prepared' check (status in ('prepared', 'approved', 'paid')),
  prepared_by text not null,
  prepared_at timestamptz not null,
  approved_by text,
  approved_at timestamptz,
  paid_by text,
  paid_at timestamptz,
  payment_ref text check (length(payment_ref) between 1 and 100),
  primary key (tenant_id, id),
  unique nulls not distinct (tenant_id, beneficiary, agent_id, currency, period_start),
  check ((beneficiary = 'agent') = (agent_id is not null)),
  constraint four_eyes check (approved_by is null or approved_by <> prepared_by),
  constraint approved_by_somebody check (status = 'prepared' or approved_by is not null),
  constraint paid_with_reference check ((status = 'paid') = (paid_at is not null and payment_ref is not null))
);
create index statements_of_agent on tenant.commission_statements (tenant_id, agent_id, period_start desc);
create index commission_statements_by_month on tenant.commission_statements (tenant_id, period_start desc, id);
comment on table tenant.commission_statements is
  'A month of one beneficiary: prepared -> approved (by another person) -> paid. Only a prepared one changes. opening is what '
  'the last one left over; it is never above zero, because what is above is paid, and never dropped below.';

create table tenant.commission_moves (
  tenant_id uuid not null,
  id uuid not null default uuidv7(),
  sale_id uuid not null,
  plan_id uuid not null,
  beneficiary text not null check (beneficiary in ('agent', 'house')),
  agent_id uuid,
  kind text not null check (kind in ('accrued', 'confirmed', 'clawed_back_pending', 'clawed_back_payable')),
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  amount_minor bigint not null check (amount_minor > 0),
  booked_on date not null,
  booked_at timestamptz not null default now(),
  txn_id uuid not null,
  statement_id uuid,
  primary key (tenant_id, id),
  foreign key (tenant_id, sale_id) references tenant.sales (tenant_id, id),
  foreign key (tenant_id, plan_id) references tenant.commission_plans (tenant_id, id),
  foreign key (tenant_id, txn_id) references tenant.ledger_txns (tenant_id, id),
  foreign key (tenant_id, statement_id) references tenant.commission_statements (tenant_id, id),
  check ((beneficiary = 'agent') = (agent_id is not null))
);
create index moves_of_sale on tenant.commission_moves (tenant_id, sale_id);
create index moves_of_statement on tenant.commission_moves (tenant_id, statement_id, id) where statement_id is not null;
create index moves_to_state on tenant.commission_moves (tenant_id, booked_on) where statement_id is null;
comment on table tenant.commission_moves is
  'Steps of a sale''s commission, each with its ledger transaction: what was true less what was booked, so that any order of '
  'events comes to the same. statement_id is set once, by the statement that shows the step.';

create trigger immutable before update or delete on tenant.sale_events for each row execute function tenant.refuse_change();

do $$
declare name text;
begin
  foreach name in array array['sales', 'sale_events', 'commission_plans', 'commission_statements', 'commission_moves'] loop
    execute format('alter table tenant.%I enable row level security', name);
    execute format('alter table tenant.%I force row level security', name);
    execute format('create policy own_rows on tenant.%I for all
      using (tenant_id = (select nullif(current_setting(''app.tenant_id'', true), '''')::uuid))
      with check (tenant_id = (select nullif(current_setting(''app.tenant_id'', true), '''')::uuid))', name);
    execute format('grant select, insert on tenant.%I to callhouse_app', name);
  end loop;
end $$;
grant update on tenant.sales, tenant.commission_statements to callhouse_app;
grant update (valid) on tenant.commission_plans to callhouse_app;
grant update (statement_id) on tenant.commission_moves to callhouse_app;
