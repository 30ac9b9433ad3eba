-- The life of an invoice after its draft: tax, approval, number, credit, dispute, write-off; runs and what they could not
-- rate; prepaid credit. The guards that hold the rules stand in the next file. Columns are added with constant defaults, so
-- no table is rewritten.

create table house.sellers (
  outsourcer_id uuid primary key references house.outsourcers,
  details jsonb not null,
  time_zone text not null,
  invoice_prefix text not null default 'INV' check (invoice_prefix ~ '^[A-Z][A-Z0-9]{0,9}$'),
  credit_prefix text not null default 'CN' check (credit_prefix ~ '^[A-Z][A-Z0-9]{0,9}$' and credit_prefix <> invoice_prefix)
);
comment on table house.sellers is
  'Who sends the invoices: names, address, tax identities and bank, as tenants/house.toml has them. Frozen into each invoice '
  'when it becomes final, so a change here changes no invoice that was sent.';

create table house.invoice_series (
  series text primary key check (series ~ '^[A-Z][A-Z0-9]{0,9}-[0-9]{4}$'),
  last bigint not null check (last > 0)
);
comment on table house.invoice_series is
  'The last number taken of each series, over all clients: the outsourcer is the seller. Only the triggers of tenant.invoices '
  'and tenant.credit_notes take a number, in the transaction that makes the document final; a rollback gives it back.';

create table house.invoice_numbers (
  series text not null references house.invoice_series,
  number bigint not null check (number > 0),
  tenant_id uuid not null references house.tenants,
  document text not null check (document in ('invoice', 'credit_note')),
  document_id uuid not null unique,
  taken_at timestamptz not null default now(),
  primary key (series, number)
);
comment on table house.invoice_numbers is 'Register of numbers: which document has which. An auditor reads here that no number is missing.';
grant select, insert, update, delete on house.sellers to callhouse_operator;
grant select on house.invoice_series, house.invoice_numbers to callhouse_operator;

create table tenant.billing_profiles (
  tenant_id uuid primary key references tenant.companies,
  buyer jsonb not null,
  tax jsonb not null,
  due_days int not null default 30 check (due_days between 0 and 365),
  late_months int not null default 3 check (late_months between 0 and 24),
  corrections text not null default 'next_invoice' check (corrections in ('next_invoice', 'credit_note')),
  prepaid_order text not null default 'first_to_expire' check (prepaid_order in ('first_to_expire', 'first_bought', 'priority'))
);
comment on table tenant.billing_profiles is
  'Who the client is on an invoice, which tax profile holds, and terms of all its contracts: days to pay, how many months back '
  'late usage is still rated by itself, where a correction downwards goes, and in which order prepaid credit is drawn.';

alter table tenant.invoices
  add column series text check (series ~ '^[A-Z][A-Z0-9]{0,9}-[0-9]{4}$'),
  add column number bigint check (number > 0),
  add column tax_profile text not null default 'none' check (tax_profile in ('none', 'cn_vat', 'eu_vat')),
  add column tax_minor bigint not null default 0,
  add column gross_minor bigint not null generated always as (total_minor + tax_minor) stored,
  add column prepaid_minor bigint not null default 0 check (prepaid_minor >= 0),
  add column due_minor bigint not null generated always as (total_minor + tax_minor - prepaid_minor) stored,
  add column issued_on date,
  add column due_on date check (due_on >= issued_on),
  add column buyer jsonb,
  add column seller jsonb,
  add column terms jsonb not null default '[]',
  add column usage_rows bigint not null default 0 check (usage_rows >= 0),
  add column prepared_by uuid[] not null default '{}',
  add column approved_by uuid,
  add column approved_at timestamptz,
  add column finalized_by uuid,
  add column finalized_at timestamptz,
  add column discarded_by uuid,
  add column discarded_at timestamptz,
  add column discard_reason text,
  add column replaces_id uuid,
  add foreign key (tenant_id, replaces_id) references tenant.invoices (tenant_id, id),
  add constraint four_eyes check (approved_by is null or not (approved_by = any (prepared_by))),
  add constraint approved_by_somebody check (status in ('draft', 'discarded') or approved_by is not null),
  add constraint numbered_when_final check ((number is not null) = (status in ('finalized', 'credited'))),
  add constraint final_is_whole check (status not in ('finalized', 'credited')
    or (series is not null and issued_on is not null and due_on is not null and buyer is not null and seller is not null
      and approved_by is not null and finalized_at is not null));
create unique index invoice_numbers on tenant.invoices (tenant_id, series, number) where number is not null;
drop index tenant.one_invoice_a_period;
-- A cancelled invoice (credited whole) makes room for the one that takes its place.
create unique index one_invoice_a_period on tenant.invoices (tenant_id, contract_id, period_start)
  where status not in ('discarded', 'credited');
comment on column tenant.invoices.total_minor is 'Net: the sum of the lines. With tax_minor it is gross_minor; less prepaid credit drawn it is due_minor.';
comment on column tenant.invoices.terms is
  'Contract versions that rated it, with their days: late usage is rated by these, whatever versions were added since.';
comment on column tenant.invoices.usage_rows is
  'Usage rows counted, corrections included. Usage is only ever added, so an equal count is the equal set: late usage shows at once.';
comment on column tenant.invoices.prepared_by is
  'People who made or changed the draft by hand. None of them may approve it. A run by the house itself is nobody''s hand.';

alter table tenant.invoice_lines
  add column kind text not null default 'charge' check (kind in ('charge', 'adjustment')),
  add column original_start date,
  add column corrects_line uuid,
  add column tax_category text not null default 'O' check (tax_category in ('S', 'Z', 'E', 'AE', 'K', 'G', 'O')),
  add column tax_rate text not null default '0' check (tax_rate ~ '^[0-9]{1,2}(\.[0-9]{1,4})?$'),
  add foreign key (tenant_id, corrects_line) references tenant.invoice_lines (tenant_id, id),
  add constraint adjustment_names_its_period check ((kind = 'adjustment') = (original_start is not null));
create index lines_by_correction on tenant.invoice_lines (tenant_id, corrects_line) where corrects_line is not null;
comment on column tenant.invoice_lines.original_start is
  'For an adjustment: the month that late or corrected usage belongs to. Its amount is the month''s line rated anew and rounded, less all that is booked on it.';

alter table tenant.invoice_line_sources
  drop constraint invoice_line_sources_quantity_check,
  drop constraint invoice_line_sources_billed_s_check;
comment on table tenant.invoice_line_sources is
  'The usage behind a line. Written with the line and gone with it. Behind an adjustment stand differences, which may be negative.';

-- Late usage is found by when it came; rows only ever join at the end of this index.
create index usage_by_receipt on tenant.usage (tenant_id, received_at);

create table tenant.invoice_taxes (
  tenant_id uuid not null,
  invoice_id uuid not null,
  category text not null check (category in ('S', 'Z', 'E', 'AE', 'K', 'G', 'O')),
  rate text not null check (rate ~ '^[0-9]{1,2}(\.[0-9]{1,4})?$'),
  base_minor bigint not null,
  tax_minor bigint not null,
  exemption text,
  primary key (tenant_id, invoice_id, category, rate),
  foreign key (tenant_id, invoice_id) references tenant.invoices (tenant_id, id)
);
comment on table tenant.invoice_taxes is
  'Tax once for each category and rate (per cent), over the sum of the rounded lines of the group: never line by line. '
  'Categories are those of EN 16931 (UNCL 5305).';

create table tenant.credit_notes (
  tenant_id uuid not null,
  id uuid not null default uuidv7(),
  invoice_id uuid not null,
  series text not null check (series ~ '^[A-Z][A-Z0-9]{0,9}-[0-9]{4}$'),
  number bigint not null check (number > 0),
  kind text not null check (kind in ('goodwill', 'dispute', 'correction', 'cancellation')),
  reason text not null check (length(reason) between 1 and 1000),
  net_minor bigint not null,
  tax_minor bigint not null,
  gross_minor bigint not null generated always as (net_minor + tax_minor) stored,
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  issued_on date not null,
  issued_by uuid,
  issued_at timestamptz not null,
  request_key text not null,
  primary key (tenant_id, id),
  unique (tenant_id, series, number),
  unique (tenant_id, request_key),
  foreign key (tenant_id, invoice_id) references tenant.invoices (tenant_id, id)
);
create index credit_notes_of_invoice on tenant.credit_notes (tenant_id, invoice_id);
comment on table tenant.credit_notes is
  'What of a final invoice is given back, with a number of its own; never changed. Amounts are what is credited, positive. '
  'request_key makes a repeat of the same request the same note. All notes of an invoice never exceed it, tax group by tax group.';

create table tenant.credit_note_lines (
  tenant_id uuid not null,
  credit_note_id uuid not null,
  line_id uuid not null,
  net_minor bigint not null check (net_minor <> 0),
  primary key (tenant_id, credit_note_id, line_id),
  foreign key (tenant_id, credit_note_id) references tenant.credit_notes (tenant_id, id),
  foreign key (tenant_id, line_id) references tenant.invoice_lines (tenant_id, id)
);
create index credits_of_line on tenant.credit_note_lines (tenant_id, line_id);
comment on table tenant.credit_note_lines is 'The part of a line that a note credits; it has the sign of the line, and all of them together never exceed it.';

create table tenant.credit_note_taxes (
  tenant_id uuid not null,
  credit_note_id uuid not null,
  category text not null check (category in ('S', 'Z', 'E', 'AE', 'K', 'G', 'O')),
  rate text not null check (rate ~ '^[0-9]{1,2}(\.[0-9]{1,4})?$'),
  base_minor bigint not null,
  tax_minor bigint not null,
  primary key (tenant_id, credit_note_id, category, rate),
  foreign key (tenant_id, credit_note_id) references tenant.credit_notes (tenant_id, id)
);
comment on table tenant.credit_note_taxes is
  'Tax of a note by group: the tax on all credited so far less what earlier notes gave back, so that notes for the whole invoice come to exactly its tax.';

create table tenant.disputes (
  tenant_id uuid not null,
  id uuid not null default uuidv7(),
  invoice_id uuid not null,
  line_id uuid not null,
  state text not null default 'open' check (state in ('open', 'accepted', 'rejected', 'withdrawn')),
  reason text not null check (length(reason) between 1 and 2000),
  claimed_minor bigint not null,
  opened_by uuid not null,
  opened_at timestamptz not null,
  decided_by uuid,
  decided_at timestamptz,
  decision text check (length(decision) between 1 and 2000),
  credit_note_id uuid,
  primary key (tenant_id, id),
  foreign key (tenant_id, invoice_id) references tenant.invoices (tenant_id, id),
  foreign key (tenant_id, line_id) references tenant.invoice_lines (tenant_id, id),
  foreign key (tenant_id, credit_note_id) references tenant.credit_notes (tenant_id, id),
  check ((state = 'open') = (decided_at is null))
);
create unique index one_open_dispute_a_line on tenant.disputes (tenant_id, line_id) where state = 'open';
create index disputes_of_invoice on tenant.disputes (tenant_id, invoice_id);
comment on table tenant.disputes is
  'A client does not agree with a line: open -> accepted (a credit note follows) | rejected (with its reason) | withdrawn. '
  'While open it holds back the payment of its line alone, claimed_minor of it, net.';

create table tenant.invoice_runs (
  tenant_id uuid not null,
  id uuid not null default uuidv7(),
  batch_id uuid not null,
  contract_id uuid not null,
  period_start date not null,
  period_end date not null,
  state text not null default 'queued' check (state in ('queued', 'running', 'done', 'failed')),
  outcome text check (outcome in ('written', 'unchanged', 'closed', 'no_terms', 'failed')),
  requested_by uuid,
  requested_at timestamptz not null,
  started_at timestamptz,
  finished_at timestamptz,
  attempts int not null default 0 check (attempts >= 0),
  engine_version int,
  cutoff timestamptz,
  input_hash text check (input_hash ~ '^[0-9a-f]{64}$'),
  output_hash text check (output_hash ~ '^[0-9a-f]{64}$'),
  invoice_id uuid,
  lines int,
  usage_rows bigint,
  not_charged jsonb not null default '{}',
  exceptions int not null default 0,
  error text,
  primary key (tenant_id, id),
  unique (tenant_id, batch_id, contract_id, period_start),
  foreign key (tenant_id, contract_id) references tenant.contracts (tenant_id, id),
  foreign key (tenant_id, invoice_id) references tenant.invoices (tenant_id, id),
  check (state in ('queued', 'running') or finished_at is not null)
);
create index runs_by_period on tenant.invoice_runs (tenant_id, period_start desc, requested_at desc);
comment on table tenant.invoice_runs is
  'One contract''s month that was asked to be drafted: queued -> running -> done | failed, failed -> queued again. A batch is one '
  'request over many contracts. not_charged counts, by kind, usage that no charge of the contract asks for.';

create table tenant.usage_exceptions (
  tenant_id uuid not null references tenant.companies,
  id uuid not null default uuidv7(),
  usage_id uuid,
  source text not null,
  source_event_id text not null,
  kind text not null,
  occurred_at timestamptz not null,
  reason text not null check (reason in ('rival', 'no_contract', 'conflict', 'negative_quantity', 'missing_sale',
    'unknown_milestone', 'late', 'period_not_billed')),
  detail jsonb not null default '{}',
  state text not null default 'open' check (state in ('open', 'resolved')),
  resolution text check (resolution in ('rated', 'accepted', 'excluded')),
  note text check (length(note) between 1 and 1000),
  opened_at timestamptz not null,
  resolved_at timestamptz,
  resolved_by uuid,
  primary key (tenant_id, id),
  foreign key (tenant_id, usage_id) references tenant.usage (tenant_id, id),
  check ((state = 'resolved') = (resolution is not null and resolved_at is not null)),
  check (resolution <> 'excluded' or note is not null)
);
create unique index one_exception_a_reason on tenant.usage_exceptions (tenant_id, source, source_event_id, reason);
create index exceptions_of_usage on tenant.usage_exceptions (tenant_id, usage_id) where usage_id is not null;
create index exceptions_open on tenant.usage_exceptions (tenant_id, opened_at) where state = 'open';
comment on table tenant.usage_exceptions is
  'Usage that cannot be billed by itself, with its reason: open -> resolved, as rated (a later run charged it), accepted (late '
  'usage is rated after all) or excluded (a person said why it is charged nowhere). A rival came under a known source event '
  'with another content and was not stored as usage.';

create table tenant.prepaid_credits (
  tenant_id uuid not null references tenant.companies,
  id uuid not null default uuidv7(),
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  amount_minor bigint not null check (amount_minor > 0),
  bought_on date not null,
  expires_on date check (expires_on > bought_on),
  priority int not null default 100 check (priority between 0 and 1000),
  reference text not null check (length(reference) between 1 and 200),
  created_by uuid,
  created_at timestamptz not null,
  primary key (tenant_id, id),
  unique (tenant_id, reference)
);
comment on table tenant.prepaid_credits is
  'Credit that a client paid in advance; reference is the payment it came with, once. It pays invoices as they become final, '
  'until expires_on, which is the first day it no longer does.';

create table tenant.prepaid_draws (
  tenant_id uuid not null,
  id uuid not null default uuidv7(),
  credit_id uuid not null,
  invoice_id uuid,
  kind text not null check (kind in ('invoice', 'expiry')),
  amount_minor bigint not null check (amount_minor > 0),
  drawn_at timestamptz not null,
  primary key (tenant_id, id),
  foreign key (tenant_id, credit_id) references tenant.prepaid_credits (tenant_id, id),
  foreign key (tenant_id, invoice_id) references tenant.invoices (tenant_id, id),
  check ((kind = 'invoice') = (invoice_id is not null))
);
create unique index one_draw_an_invoice on tenant.prepaid_draws (tenant_id, credit_id, invoice_id) where invoice_id is not null;
create index draws_of_invoice on tenant.prepaid_draws (tenant_id, invoice_id) where invoice_id is not null;
comment on table tenant.prepaid_draws is 'What was taken from a prepaid credit: by an invoice, or by its expiry. Never more than was bought.';

create table tenant.write_offs (
  tenant_id uuid not null,
  id uuid not null default uuidv7(),
  invoice_id uuid not null,
  amount_minor bigint not null check (amount_minor > 0),
  reason text not null check (length(reason) between 1 and 1000),
  written_off_by uuid not null,
  written_off_at timestamptz not null,
  request_key text not null,
  primary key (tenant_id, id),
  unique (tenant_id, request_key),
  foreign key (tenant_id, invoice_id) references tenant.invoices (tenant_id, id)
);
create index write_offs_of_invoice on tenant.write_offs (tenant_id, invoice_id);
comment on table tenant.write_offs is 'What of a final invoice will never be paid, gross. The claim is closed; the invoice itself stays as it is.';

create table tenant.fapiaos (
  tenant_id uuid not null,
  id uuid not null default uuidv7(),
  invoice_id uuid not null,
  credit_note_id uuid,
  kind text not null check (kind in ('special', 'general')),
  title text not null check (length(title) between 1 and 200),
  tax_id text not null check (tax_id ~ '^[0-9A-Z]{18}$'),
  state text not null default 'requested' check (state in ('requested', 'issued')),
  number text check (number ~ '^[0-9]{8}([0-9]{12})?$'),
  issued_on date,
  requested_at timestamptz not null,
  requested_by uuid,
  primary key (tenant_id, id),
  foreign key (tenant_id, invoice_id) references tenant.invoices (tenant_id, id),
  foreign key (tenant_id, credit_note_id) references tenant.credit_notes (tenant_id, id),
  check ((state = 'issued') = (number is not null and issued_on is not null))
);
create unique index one_fapiao_a_document on tenant.fapiaos (tenant_id, invoice_id, credit_note_id) nulls not distinct;
create unique index fapiao_numbers on tenant.fapiaos (tenant_id, number) where number is not null;
comment on table tenant.fapiaos is
  'The tax authority''s document for an invoice, or the red one for a credit note: requested -> issued. Title and tax id are '
  'those of the buyer on the day of the request. Numbers have 8 digits on paper and 20 when fully digital.';

do $$
declare name text;
begin
  foreach name in array array['billing_profiles', 'invoice_taxes', 'credit_notes', 'credit_note_lines', 'credit_note_taxes',
    'disputes', 'invoice_runs', 'usage_exceptions', 'prepaid_credits', 'prepaid_draws', 'write_offs', 'fapiaos'] loop
    execute format('alter table tenant.%I enable row level security', name);
    execute format('alter table tenant.%I force row level security', name);
    execute format('create policy own_rows on tenant.%I for all
      using (tenant_id = (select nullif(current_setting(''app.tenant_id'', true), '''')::uuid))
      with check (tenant_id = (select nullif(current_setting(''app.tenant_id'', true), '''')::uuid))', name);
    execute format('grant select, insert on tenant.%I to callhouse_app', name);
  end loop;
end $$;
grant update on tenant.billing_profiles, tenant.disputes, tenant.invoice_runs, tenant.usage_exceptions, tenant.fapiaos to callhouse_app;
grant update, delete on tenant.invoice_taxes to callhouse_app;
