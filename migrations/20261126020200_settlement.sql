-- Settlement with suppliers, couriers, dealers and carriers: terms, statements, both sides' lines. Amounts of lines are
-- micros, millionths of the currency's major unit, because carriers charge fractions of the smallest coin.

create table tenant.settlement_parties (
  tenant_id uuid not null references tenant.companies,
  id uuid not null default uuidv7(),
  kind text not null check (kind in ('supplier', 'courier', 'dealer', 'carrier')),
  slug text not null check (slug ~ '^[a-z0-9-]{1,40}$'),
  name text not null check (length(name) between 1 and 100),
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  is_client boolean not null default false,
  created_at timestamptz not null default now(),
  primary key (tenant_id, id),
  unique (tenant_id, kind, slug),
  check (not is_client or kind = 'supplier')
);
comment on table tenant.settlement_parties is
  'Whom this client''s goods and calls are settled with. slug is how sales name a supplier, courier or dealer, and how contacts '
  'name their carrier. is_client: the supplier is the client company itself, which may read its own statements.';

create table tenant.settlement_terms (
  tenant_id uuid not null,
  id uuid not null default uuidv7(),
  party_id uuid not null,
  version int not null check (version > 0),
  valid daterange not null check (not isempty(valid) and lower_inc(valid)),
  terms jsonb not null,
  created_by text not null,
  created_at timestamptz not null default now(),
  primary key (tenant_id, id),
  unique (tenant_id, party_id, version),
  unique (tenant_id, party_id, valid without overlaps),
  foreign key (tenant_id, party_id) references tenant.settlement_parties (tenant_id, id)
);
comment on table tenant.settlement_terms is
  'Fees, share, carrier tariff and tolerance by version; the one in force on the client''s calendar on the day of the parcel or '
  'call holds. A version is only ever ended, when the next begins.';

create table tenant.settlement_statements (
  tenant_id uuid not null,
  id uuid not null default uuidv7(),
  party_id uuid not null,
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  period_start date not null check (extract(day from period_start) = 1),
  opening_minor bigint not null default 0,
  closing_minor bigint,
  settled_minor bigint not null default 0,
  sums jsonb not null default '[]',
  status text not null default 'draft' check (status in ('draft', 'accepted', 'settled')),
  prepared_by text not null,
  prepared_at timestamptz not null,
  accepted_by text,
  accepted_at timestamptz,
  settled_by text,
  settled_at timestamptz,
  payment_ref text check (length(payment_ref) between 1 and 100),
  primary key (tenant_id, id),
  unique (tenant_id, party_id, period_start),
  foreign key (tenant_id, party_id) references tenant.settlement_parties (tenant_id, id),
  check ((status = 'draft') = (closing_minor is null)),
  check ((status = 'settled') = (settled_at is not null and payment_ref is not null)),
  check (settled_minor = case when status = 'settled' then closing_minor else 0 end)
);
create index settlement_statements_by_month on tenant.settlement_statements (tenant_id, period_start desc, id desc);
comment on table tenant.settlement_statements is
  'A month with one partner: draft -> accepted -> settled. opening is what the last one left over, closing what its agreed lines '
  'come to with it: owed to a supplier or carrier, owed by a courier or dealer. Below zero it is carried to the next.';

create table tenant.settlement_lines (
  tenant_id uuid not null,
  id uuid not null default uuidv7(),
  statement_id uuid not null,
  party_id uuid not null,
  item text not null check (item in ('collected', 'delivery_fee', 'return_fee', 'share', 'carrier_rate', 'clawback', 'adjustment')),
  ref text not null check (length(ref) between 1 and 100),
  occurred_at timestamptz,
  source_key text,
  their_key text,
  terms_version int,
  quantity bigint,
  ours_micros bigint,
  theirs_micros bigint,
  theirs_quantity bigint,
  state text not null check (state in ('unmatched', 'matched', 'only_ours', 'only_theirs', 'differs')),
  decision text check (decision in ('accept_ours', 'accept_theirs', 'dispute')),
  decided_by text,
  decided_at timestamptz,
  reason text check (length(reason) between 1 and 1000),
  carries_id uuid,
  primary key (tenant_id, id),
  unique (tenant_id, party_id, source_key),
  unique (tenant_id, statement_id, their_key),
  unique (tenant_id, carries_id),
  foreign key (tenant_id, statement_id) references tenant.settlement_statements (tenant_id, id),
  foreign key (tenant_id, party_id) references tenant.settlement_parties (tenant_id, id),
  foreign key (tenant_id, carries_id) references tenant.settlement_lines (tenant_id, id),
  check ((source_key is not null) = (ours_micros is not null)),
  check ((state = 'only_theirs') = (source_key is null)),
  check ((decision is null) = (decided_by is null))
);
create index lines_of_statement on tenant.settlement_lines (tenant_id, statement_id, state, id);
create index disputed_lines on tenant.settlement_lines (tenant_id, party_id) where decision = 'dispute';
comment on table tenant.settlement_lines is
  'One parcel, call or correction as both sides have it. source_key is our deed, once in all statements with the partner; '
  'their_key the row of their file. A disputed line is held back alone, and carries_id names it in the statement after its end.';

create table tenant.settlement_files (
  tenant_id uuid not null,
  id uuid not null default uuidv7(),
  statement_id uuid not null,
  name text not null check (length(name) between 1 and 200),
  content_hash text not null check (content_hash ~ '^[0-9a-f]{64}$'),
  rows jsonb not null,
  sent_by text not null,
  sent_at timestamptz not null default now(),
  primary key (tenant_id, id),
  unique (tenant_id, statement_id, content_hash),
  foreign key (tenant_id, statement_id) references tenant.settlement_statements (tenant_id, id)
);
comment on table tenant.settlement_files is 'Parts of the partner''s own file as they were sent; the same part twice is one. Never changed.';

create function tenant.refuse_unless_settlement_draft() returns trigger language plpgsql set search_path = '' as $$
declare
  touched tenant.settlement_lines := case when tg_op = 'DELETE' then old else new end;
  status text := (select s.status from tenant.settlement_statements s where s.tenant_id = touched.tenant_id and s.id = touched.statement_id);
begin
  -- A statement that is not seen here is for the policies and keys to refuse.
  if status <> 'draft' then
    -- The end of a dispute is all that may still happen to a line.
    if tg_op = 'UPDATE' and old.decision = 'dispute' and row(old.statement_id, old.item, old.ref, old.source_key, old.ours_micros, old.theirs_micros, old.state)
      is not distinct from row(new.statement_id, new.item, new.ref, new.source_key, new.ours_micros, new.theirs_micros, new.state) then
      return new;
    end if;
    raise exception 'the lines of a statement that is no draft are never changed' using errcode = 'restrict_violation';
  end if;
  return touched;
end $$;
comment on function tenant.refuse_unless_settlement_draft is 'Trigger: lines change only while their statement is a draft; a dispute may end later.';
revoke all on function tenant.refuse_unless_settlement_draft from public;
create trigger only_in_a_draft before insert or update or delete on tenant.settlement_lines
  for each row execute function tenant.refuse_unless_settlement_draft();
create trigger immutable before update or delete on tenant.settlement_files for each row execute function tenant.refuse_change();

do $$
declare name text;
begin
  foreach name in array array['settlement_parties', 'settlement_terms', 'settlement_statements', 'settlement_lines', 'settlement_files'] loop
    execute format('alter table tenant.%I enable row level security', name);
    execute format('alter table tenant.%I force row level security', name);
    execute format('create policy own_rows on tenant.%I for all
      using (tenant_id = (select nullif(current_setting(''app.tenant_id'', true), '''')::uuid))
      with check (tenant_id = (select nullif(current_setting(''app.tenant_id'', true), '''')::uuid))', name);
    execute format('grant select, insert on tenant.%I to callhouse_app', name);
  end loop;
end $$;
grant update (name, is_client) on tenant.settlement_parties to callhouse_app;
grant update (valid) on tenant.settlement_terms to callhouse_app;
grant update on tenant.settlement_statements to callhouse_app;
grant update, delete on tenant.settlement_lines to callhouse_app;
