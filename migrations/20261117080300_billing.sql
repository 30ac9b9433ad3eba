-- From usage to a draft invoice that explains itself. Amounts are bigint minor units of the named currency; exact decimal
-- quantities and prices are text with a CHECK, because numeric is not leakproof and JSON numbers are floats.

create table tenant.contracts (
  tenant_id uuid not null references tenant.companies,
  id uuid not null default uuidv7(),
  slug text not null,
  name_zh text not null,
  name_en text not null,
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  time_zone text not null,
  primary key (tenant_id, id),
  unique (tenant_id, slug)
);
comment on table tenant.contracts is 'An agreement with the client. Its prices stand in its versions; its currency and zone never change once a version exists.';

create table tenant.contract_versions (
  tenant_id uuid not null,
  contract_id uuid not null,
  version int not null check (version > 0),
  valid daterange not null check (not isempty(valid) and lower_inc(valid)),
  content_hash text not null,
  created_at timestamptz not null default now(),
  primary key (tenant_id, contract_id, version),
  unique (tenant_id, contract_id, valid without overlaps),
  foreign key (tenant_id, contract_id) references tenant.contracts (tenant_id, id)
);
comment on table tenant.contract_versions is
  'Price terms of one stretch of local dates, upper bound exclusive or open. A temporal key keeps two versions from both being '
  'in force on one day. A version is only ever ended (its upper bound set) when the next one begins.';

create table tenant.charges (
  tenant_id uuid not null,
  id uuid not null default uuidv7(),
  contract_id uuid not null,
  version int not null,
  position int not null check (position >= 0),
  code text not null check (code ~ '^[a-z0-9_-]{1,60}$'),
  model text not null check (model ~ '^[a-z0-9_]{1,40}$'),
  params jsonb not null,
  description_zh text not null,
  description_en text not null,
  primary key (tenant_id, id),
  unique (tenant_id, contract_id, version, code),
  unique (tenant_id, contract_id, version, position),
  foreign key (tenant_id, contract_id, version) references tenant.contract_versions (tenant_id, contract_id, version)
);
comment on table tenant.charges is
  'One price of one version: a charge model (a file in domain/rating) and its parameters: params is the Charge of '
  'domain/rating without code, label and model, which stand in columns. Immutable: a trigger refuses UPDATE '
  'and DELETE, so an old invoice can always be rated again with the very prices it was made from.';

create table tenant.usage (
  tenant_id uuid not null references tenant.companies,
  id uuid not null default uuidv7(),
  source text not null,
  source_event_id text not null,
  kind text not null check (kind ~ '^[a-z0-9_]{1,40}$'),
  occurred_at timestamptz not null,
  received_at timestamptz not null default now(),
  quantity bigint not null check (quantity >= 0),
  contact_id uuid,
  attrs jsonb not null default '{}',
  payload_hash text not null check (payload_hash ~ '^[0-9a-f]{64}$'),
  corrects_id uuid,
  primary key (tenant_id, id),
  unique (tenant_id, source, source_event_id),
  foreign key (tenant_id, corrects_id) references tenant.usage (tenant_id, id)
);
create index usage_by_time on tenant.usage (tenant_id, occurred_at, id);
create index usage_by_kind on tenant.usage (tenant_id, kind, occurred_at, id);
create index usage_of_contact on tenant.usage (tenant_id, contact_id) where contact_id is not null;
comment on table tenant.usage is
  'What may be billed, exactly once: unique on (source, source_event_id), append only by trigger. kind says the unit of '
  'quantity: contact and success count ones, carrier_leg and agent_time count seconds. The same event with another '
  'payload_hash is a rival and is reported, never stored. A correction is a new row that names the one it corrects.';

create table tenant.invoices (
  tenant_id uuid not null references tenant.companies,
  id uuid not null default uuidv7(),
  contract_id uuid not null,
  period_start date not null,
  period_end date not null,
  time_zone text not null,
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  status text not null default 'draft' check (status in ('draft', 'approved', 'finalized', 'credited', 'discarded')),
  total_minor bigint not null,
  engine_version int not null,
  cutoff timestamptz not null,
  input_hash text not null check (input_hash ~ '^[0-9a-f]{64}$'),
  output_hash text not null check (output_hash ~ '^[0-9a-f]{64}$'),
  computed_at timestamptz not null default now(),
  primary key (tenant_id, id),
  check (period_end > period_start),
  foreign key (tenant_id, contract_id) references tenant.contracts (tenant_id, id)
);
create unique index one_invoice_a_period on tenant.invoices (tenant_id, contract_id, period_start) where status <> 'discarded';
create index invoices_by_period on tenant.invoices (tenant_id, period_start desc);
comment on table tenant.invoices is
  'draft -> approved -> finalized -> credited, or draft -> discarded. A draft is replaced by each run of its period; triggers '
  'refuse any change of lines once the invoice is no draft. Local dates in the contract''s zone, period_end exclusive. The same '
  'input_hash gives the same output_hash; usage counts when received before cutoff.';

create table tenant.invoice_lines (
  tenant_id uuid not null,
  id uuid not null default uuidv7(),
  invoice_id uuid not null,
  position int not null check (position >= 0),
  stable_key text not null,
  charge_id uuid not null,
  description_zh text not null,
  description_en text not null,
  quantity text not null check (quantity ~ '^-?[0-9]+(\.[0-9]+)?(/[0-9]+)?$'),
  unit text not null,
  unit_price text check (unit_price ~ '^-?[0-9]+(\.[0-9]+)?(/[0-9]+)?$'),
  amount_minor bigint not null,
  detail jsonb not null default '{}',
  primary key (tenant_id, id),
  unique (tenant_id, invoice_id, stable_key),
  unique (tenant_id, invoice_id, position),
  foreign key (tenant_id, invoice_id) references tenant.invoices (tenant_id, id) on delete cascade,
  foreign key (tenant_id, charge_id) references tenant.charges (tenant_id, id)
);
comment on table tenant.invoice_lines is
  'Lines sum to the invoice''s total_minor. stable_key names the same line in every run (charge, component, tier). Quantity and '
  'unit price are exact: decimal or fraction text, never rounded; amount_minor is the one rounding.';

create table tenant.invoice_line_sources (
  tenant_id uuid not null,
  line_id uuid not null,
  usage_id uuid not null,
  primary key (tenant_id, line_id, usage_id),
  foreign key (tenant_id, line_id) references tenant.invoice_lines (tenant_id, id) on delete cascade,
  foreign key (tenant_id, usage_id) references tenant.usage (tenant_id, id)
);
create index sources_by_usage on tenant.invoice_line_sources (tenant_id, usage_id);
comment on table tenant.invoice_line_sources is 'The usage behind a line. Written with the line and gone with it.';

create function tenant.refuse_unless_draft() returns trigger language plpgsql set search_path = '' as $$
declare
  touched uuid := case when tg_op = 'INSERT' then new.invoice_id else old.invoice_id end;
  touched_tenant uuid := case when tg_op = 'INSERT' then new.tenant_id else old.tenant_id end;
begin
  if exists (select from tenant.invoices i where i.tenant_id = touched_tenant and i.id = touched and i.status <> 'draft') then
    raise exception 'the lines of an invoice that is no draft are never changed' using errcode = 'restrict_violation';
  end if;
  return case when tg_op = 'DELETE' then old else new end;
end $$;
comment on function tenant.refuse_unless_draft is 'Trigger: lines may change only while their invoice is a draft.';
revoke all on function tenant.refuse_unless_draft from public;

create trigger only_in_a_draft before insert or update or delete on tenant.invoice_lines
  for each row execute function tenant.refuse_unless_draft();
create trigger immutable before update or delete on tenant.charges for each row execute function tenant.refuse_change();
create trigger immutable before update or delete on tenant.usage for each row execute function tenant.refuse_change();

do $$
declare name text;
begin
  foreach name in array array['contracts', 'contract_versions', 'charges', 'usage', 'invoices', 'invoice_lines',
    'invoice_line_sources'] loop
    execute format('alter table tenant.%I enable row level security', name);
    execute format('alter table tenant.%I force row level security', name);
    execute format('create policy own_rows on tenant.%I for all
      using (tenant_id = (select nullif(current_setting(''app.tenant_id'', true), '''')::uuid))
      with check (tenant_id = (select nullif(current_setting(''app.tenant_id'', true), '''')::uuid))', name);
    execute format('grant select, insert, update, delete on tenant.%I to callhouse_app', name);
  end loop;
end $$;
revoke update, delete on tenant.charges, tenant.usage from callhouse_app;
