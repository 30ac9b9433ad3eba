-- Getting paid: requests at the payment provider, payments, what they pay, refunds; bank transfers of the house; reminders and
-- what follows them. Amounts are bigint minor units. An invoice's open amount is nowhere stored: it is what is due, less credit
-- notes, write-offs and allocations.

create table house.payment_events (
  id text primary key check (length(id) between 1 and 255),
  type text not null check (length(type) between 1 and 100),
  about text check (length(about) <= 255),
  created_at timestamptz not null,
  received_at timestamptz not null,
  times int not null default 1 check (times > 0),
  outcome text check (outcome in ('settled', 'ignored', 'foreign')),
  handled_at timestamptz,
  check ((outcome is null) = (handled_at is null))
);
create index payment_events_by_time on house.payment_events (received_at);
comment on table house.payment_events is
  'Messages of the payment provider, each once however often it comes: received (no outcome yet) -> settled | ignored (a type '
  'that means nothing here) | foreign (about something that is not ours). Only ids: what they stand for is asked anew.';

create table house.bank_remittances (
  id uuid primary key default uuidv7(),
  line_key text not null unique check (line_key ~ '^[0-9a-f]{64}$'),
  booked_on date not null,
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  amount_minor bigint not null check (amount_minor > 0),
  payer text not null check (length(payer) <= 200),
  reference text not null check (length(reference) <= 500),
  state text not null default 'open' check (state in ('open', 'matched', 'ignored')),
  tenant_id uuid references house.tenants,
  payment_id uuid,
  exact boolean not null default false,
  note text check (length(note) between 1 and 500),
  imported_by text not null,
  imported_at timestamptz not null,
  decided_by text,
  decided_at timestamptz,
  check ((state = 'matched') = (tenant_id is not null and payment_id is not null)),
  check ((state = 'open') = (decided_at is null)),
  check (state <> 'ignored' or note is not null)
);
create index remittances_open on house.bank_remittances (booked_on, id) where state = 'open';
create index remittances_by_day on house.bank_remittances (booked_on desc, id desc);
comment on table house.bank_remittances is
  'Money that reached the house''s own bank account, line by line of its statements: open -> matched (it became a payment of a '
  'client) | ignored (no client''s payment; note says why). line_key is the bank''s own id of the line, or its content and how '
  'often the same stood before it in its file: importing a statement twice adds nothing.';

create table house.dunning_rules (
  outsourcer_id uuid primary key references house.outsourcers,
  steps jsonb not null check (jsonb_typeof(steps) = 'array'),
  changed_by text not null,
  changed_at timestamptz not null
);
comment on table house.dunning_rules is 'When the house reminds and what follows, for contracts that say nothing else. Without a row, the rule of domain/dunning holds.';
grant select, insert, update on house.payment_events, house.bank_remittances, house.dunning_rules to callhouse_operator;

create table tenant.payers (
  tenant_id uuid not null references tenant.companies,
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  provider_payer_id text,
  tries int not null default 1 check (tries > 0),
  asked_at timestamptz not null,
  primary key (tenant_id, currency)
);
comment on table tenant.payers is 'The client as the payment provider knows it, one for each currency. tries is part of the key of the request that makes it.';

create table tenant.pay_requests (
  tenant_id uuid not null,
  id uuid not null default uuidv7(),
  invoice_id uuid not null,
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  amount_minor bigint not null check (amount_minor > 0),
  state text not null default 'asked' check (state in ('asked', 'open', 'paid', 'withdrawn', 'flagged')),
  provider_invoice_id text,
  pay_url text,
  flag text check (length(flag) between 1 and 500),
  tries int not null default 0 check (tries >= 0),
  key_saved_at timestamptz,
  asked_by text not null,
  asked_at timestamptz not null,
  checked_at timestamptz,
  primary key (tenant_id, id),
  unique (tenant_id, provider_invoice_id),
  foreign key (tenant_id, invoice_id) references tenant.invoices (tenant_id, id),
  check ((state = 'flagged') = (flag is not null)),
  check (state not in ('open', 'paid') or provider_invoice_id is not null)
);
create unique index one_live_request_an_invoice on tenant.pay_requests (tenant_id, invoice_id) where state in ('asked', 'open');
create index pay_requests_of_invoice on tenant.pay_requests (tenant_id, invoice_id, asked_at desc);
create index pay_requests_live on tenant.pay_requests (tenant_id, checked_at nulls first) where state in ('asked', 'open');
comment on table tenant.pay_requests is
  'An invoice''s open amount, asked for at the payment provider: asked -> open (payable on its page) -> paid, or withdrawn (the '
  'amount changed), or flagged (the provider''s total was another: nobody can pay it). Number and hour of the try are saved '
  'before the provider is called, so that a repeat has the same key and an answer that was lost is looked for, never asked blind.';

create table tenant.payments (
  tenant_id uuid not null references tenant.companies,
  id uuid not null default uuidv7(),
  method text not null check (method in ('stripe', 'bank_transfer', 'other')),
  source text not null check (length(source) between 1 and 200),
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  amount_minor bigint not null check (amount_minor > 0),
  fee_minor bigint check (fee_minor >= 0),
  payer text not null default '' check (length(payer) <= 200),
  reference text not null default '' check (length(reference) <= 500),
  received_on date not null,
  received_at timestamptz not null,
  recorded_by text not null,
  recorded_at timestamptz not null,
  primary key (tenant_id, id),
  unique (tenant_id, source)
);
create index payments_by_day on tenant.payments (tenant_id, received_on desc, id desc);
comment on table tenant.payments is
  'Money that came from the client. source names it for ever (the provider''s payment, the line of a bank statement, the request '
  'that recorded it), so one payment is one row however often it is told. Never changed, but that the provider''s fee is added '
  'when it is known. received_on is the day in the client''s zone, or the bank''s.';

create table tenant.refunds (
  tenant_id uuid not null,
  id uuid not null default uuidv7(),
  payment_id uuid not null,
  amount_minor bigint not null check (amount_minor > 0),
  reopened_minor bigint not null default 0 check (reopened_minor between 0 and amount_minor),
  state text not null default 'asked' check (state in ('asked', 'succeeded', 'failed')),
  provider_refund_id text,
  reason text not null check (length(reason) between 1 and 500),
  request_key text not null,
  tries int not null default 0 check (tries >= 0),
  key_saved_at timestamptz,
  asked_by text not null,
  asked_at timestamptz not null,
  settled_on date,
  settled_at timestamptz,
  primary key (tenant_id, id),
  unique (tenant_id, request_key),
  unique (tenant_id, provider_refund_id),
  foreign key (tenant_id, payment_id) references tenant.payments (tenant_id, id),
  check ((state = 'asked') = (settled_at is null)),
  check ((state = 'succeeded') = (settled_on is not null))
);
create index refunds_of_payment on tenant.refunds (tenant_id, payment_id);
create index refunds_asked on tenant.refunds (tenant_id, asked_at) where state = 'asked';
comment on table tenant.refunds is
  'Money given back: asked -> succeeded | failed. What no invoice had claimed goes first; reopened_minor of it was taken off '
  'invoices, which are open again by so much.';

create table tenant.payment_allocations (
  tenant_id uuid not null,
  id uuid not null default uuidv7(),
  payment_id uuid not null,
  invoice_id uuid not null,
  amount_minor bigint not null check (amount_minor <> 0),
  why text not null check (why in ('received', 'applied', 'released', 'refunded')),
  request_key text not null check (length(request_key) between 1 and 200),
  allocated_on date not null,
  allocated_by text not null,
  allocated_at timestamptz not null,
  primary key (tenant_id, id),
  unique (tenant_id, request_key),
  foreign key (tenant_id, payment_id) references tenant.payments (tenant_id, id),
  foreign key (tenant_id, invoice_id) references tenant.invoices (tenant_id, id),
  check ((amount_minor > 0) = (why in ('received', 'applied')))
);
create index allocations_of_payment on tenant.payment_allocations (tenant_id, payment_id);
create index allocations_of_invoice on tenant.payment_allocations (tenant_id, invoice_id);
comment on table tenant.payment_allocations is
  'Which invoice a payment pays, and by how much. Rows are never changed: what is taken off again is a row below zero, released '
  '(the invoice was credited) or refunded. All of a payment never exceed it, all of an invoice never exceed what it is owed.';

create table tenant.dunning_rules (
  tenant_id uuid not null,
  contract_id uuid not null,
  steps jsonb not null check (jsonb_typeof(steps) = 'array'),
  changed_by text not null,
  changed_at timestamptz not null,
  primary key (tenant_id, contract_id),
  foreign key (tenant_id, contract_id) references tenant.contracts (tenant_id, id)
);
comment on table tenant.dunning_rules is 'A contract''s own rule of reminding, in place of the house''s.';

create table tenant.dunning_steps (
  tenant_id uuid not null,
  id uuid not null default uuidv7(),
  invoice_id uuid not null,
  day int not null check (day between -60 and 365),
  deed text not null check (deed in ('remind', 'warn', 'stop_outbound', 'suspend')),
  open_minor bigint not null check (open_minor > 0),
  taken_on date not null,
  taken_at timestamptz not null,
  letter_to text[] not null default '{}',
  letter_id text,
  letter_tries int not null default 0 check (letter_tries >= 0),
  letter_trouble text check (length(letter_trouble) <= 300),
  primary key (tenant_id, id),
  unique (tenant_id, invoice_id, day, deed),
  foreign key (tenant_id, invoice_id) references tenant.invoices (tenant_id, id)
);
create index dunning_letters_waiting on tenant.dunning_steps (tenant_id, taken_at) where letter_id is null;
comment on table tenant.dunning_steps is
  'What was done about an unpaid invoice, each step of its rule once: day counts from the due date, below zero before it. The '
  'letter that goes with it has an id when the mail service has taken it; until then it is tried again, so many times.';

create table tenant.dunning_standings (
  tenant_id uuid primary key references tenant.companies,
  standing text not null check (standing in ('good', 'reminded', 'warned', 'outbound_stopped', 'suspended')),
  since timestamptz not null,
  published text not null default 'good' check (published in ('good', 'suspended'))
);
comment on table tenant.dunning_standings is
  'How the client stands because of its unpaid invoices: the worst step that still holds. Suspended: its lines say so politely and '
  'begin no new call; calls under way end by themselves. Paid, it is good again. published is what the lines were told last.';

-- Money is handed out by one transaction of a client at a time; the lock ends with it.
create function tenant.guard_allocation() returns trigger language plpgsql set search_path = '' as $$
declare
  payment tenant.payments;
  invoice tenant.invoices;
  of_payment bigint;
  of_invoice bigint;
  of_both bigint;
  refunded bigint;
  owed bigint;
begin
  perform pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended('payments:' || new.tenant_id, 0));
  select * into payment from tenant.payments p where p.tenant_id = new.tenant_id and p.id = new.payment_id;
  select * into invoice from tenant.invoices i where i.tenant_id = new.tenant_id and i.id = new.invoice_id for update;
  -- What does not exist is for the foreign key to refuse, in the same words for everybody.
  if payment.id is null or invoice.id is null then return new; end if;
  if invoice.status not in ('finalized', 'credited') or invoice.currency <> payment.currency then
    raise exception 'a payment pays final invoices in its own currency' using errcode = 'restrict_violation';
  end if;
  select coalesce(sum(a.amount_minor), 0) + new.amount_minor,
      coalesce(sum(a.amount_minor) filter (where a.invoice_id = new.invoice_id), 0) + new.amount_minor into of_payment, of_both
    from tenant.payment_allocations a where a.tenant_id = new.tenant_id and a.payment_id = new.payment_id;
  select coalesce(sum(r.amount_minor), 0) into refunded from tenant.refunds r
    where r.tenant_id = new.tenant_id and r.payment_id = new.payment_id and r.state = 'succeeded';
  if of_payment > payment.amount_minor - refunded or of_both < 0 then
    raise exception 'all allocations of a payment never exceed it' using errcode = 'restrict_violation';
  end if;
  if new.amount_minor > 0 then
    select coalesce(sum(a.amount_minor), 0) + new.amount_minor into of_invoice
      from tenant.payment_allocations a where a.tenant_id = new.tenant_id and a.invoice_id = new.invoice_id;
    select invoice.due_minor
      - (select coalesce(sum(n.gross_minor), 0) from tenant.credit_notes n where n.tenant_id = new.tenant_id and n.invoice_id = new.invoice_id)
      - (select coalesce(sum(w.amount_minor), 0) from tenant.write_offs w where w.tenant_id = new.tenant_id and w.invoice_id = new.invoice_id)
      into owed;
    if of_invoice > owed then
      raise exception 'an invoice is paid with no more than it is owed' using errcode = 'restrict_violation';
    end if;
  end if;
  return new;
end $$;
create trigger a_within_both before insert on tenant.payment_allocations for each row execute function tenant.guard_allocation();

create function tenant.guard_refund() returns trigger language plpgsql set search_path = '' as $$
declare
  paid bigint;
  given_back bigint;
  allocated bigint;
begin
  perform pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended('payments:' || new.tenant_id, 0));
  if tg_op = 'UPDATE' and old.state <> 'asked' then
    raise exception 'a settled refund is history' using errcode = 'restrict_violation';
  end if;
  select p.amount_minor into paid from tenant.payments p where p.tenant_id = new.tenant_id and p.id = new.payment_id;
  if paid is null then return new; end if;
  select coalesce(sum(r.amount_minor), 0) into given_back from tenant.refunds r
    where r.tenant_id = new.tenant_id and r.payment_id = new.payment_id and r.id <> new.id and r.state <> 'failed';
  if new.state <> 'failed' and given_back + new.amount_minor > paid then
    raise exception 'no more is given back than was paid' using errcode = 'restrict_violation';
  end if;
  if new.state = 'succeeded' then
    select coalesce(sum(a.amount_minor), 0) into allocated from tenant.payment_allocations a
      where a.tenant_id = new.tenant_id and a.payment_id = new.payment_id;
    select coalesce(sum(r.amount_minor), 0) into given_back from tenant.refunds r
      where r.tenant_id = new.tenant_id and r.payment_id = new.payment_id and r.id <> new.id and r.state = 'succeeded';
    if allocated + given_back + new.amount_minor > paid then
      raise exception 'what is given back pays no invoice any more' using errcode = 'restrict_violation';
    end if;
  end if;
  return new;
end $$;
create trigger a_within_its_payment before insert or update on tenant.refunds for each row execute function tenant.guard_refund();

create function tenant.guard_payment() returns trigger language plpgsql set search_path = '' as $$
begin
  if old.fee_minor is not null or to_jsonb(old) - 'fee_minor' is distinct from to_jsonb(new) - 'fee_minor' then
    raise exception 'a payment is history; its fee is added once' using errcode = 'restrict_violation';
  end if;
  return new;
end $$;
create trigger a_history before update on tenant.payments for each row execute function tenant.guard_payment();
create trigger kept before delete on tenant.payments for each row execute function tenant.refuse_change();
create trigger kept before delete on tenant.refunds for each row execute function tenant.refuse_change();
create trigger immutable before update or delete on tenant.payment_allocations for each row execute function tenant.refuse_change();
revoke all on function tenant.guard_allocation, tenant.guard_refund, tenant.guard_payment from public;

do $$
declare name text;
begin
  foreach name in array array['payers', 'pay_requests', 'payments', 'refunds', 'payment_allocations', 'dunning_rules',
    'dunning_steps', 'dunning_standings'] loop
    execute format('alter table tenant.%I enable row level security', name);
    execute format('alter table tenant.%I force row level security', name);
    execute format('create policy own_rows on tenant.%I for all
      using (tenant_id = (select nullif(current_setting(''app.tenant_id'', true), '''')::uuid))
      with check (tenant_id = (select nullif(current_setting(''app.tenant_id'', true), '''')::uuid))', name);
    execute format('grant select, insert on tenant.%I to callhouse_app', name);
  end loop;
end $$;
grant update on tenant.payers, tenant.pay_requests, tenant.refunds, tenant.dunning_rules, tenant.dunning_steps,
  tenant.dunning_standings to callhouse_app;
grant update (fee_minor) on tenant.payments to callhouse_app;
