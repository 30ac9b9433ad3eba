-- The double-entry book. One debit and one credit account a row and one positive amount, so that the book balances by
-- construction; rows are history and never change; what stands on an account is added up from them.

create table tenant.ledger_accounts (
  tenant_id uuid not null references tenant.companies,
  id uuid not null default uuidv7(),
  kind text not null check (kind ~ '^[a-z_]{1,40}$'),
  subject text not null check (length(subject) <= 100),
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  opened_at timestamptz not null default now(),
  primary key (tenant_id, id),
  unique (tenant_id, kind, subject, currency),
  -- What an entry points at, so that its currency cannot differ from its accounts'.
  unique (tenant_id, id, currency)
);
comment on table tenant.ledger_accounts is
  'Accounts of the house''s book on this client, opened by the first entry that needs them. kind is a name of domain/ledger; '
  'subject says whose or what for (a party, an agent, a service). Never changed and never closed: history points at them.';

create table tenant.ledger_txns (
  tenant_id uuid not null references tenant.companies,
  id uuid not null default uuidv7(),
  idempotency_key text not null check (length(idempotency_key) between 3 and 200),
  event text not null check (event ~ '^[a-z_]{1,40}$'),
  ref text not null,
  occurred_at timestamptz not null,
  booked_on date not null,
  booked_at timestamptz not null default now(),
  actor text not null,
  content_hash text not null check (content_hash ~ '^[0-9a-f]{64}$'),
  reverses_id uuid,
  primary key (tenant_id, id),
  unique (tenant_id, idempotency_key),
  unique (tenant_id, reverses_id),
  foreign key (tenant_id, reverses_id) references tenant.ledger_txns (tenant_id, id),
  check ((event = 'reversal') = (reverses_id is not null))
);
create index ledger_txns_by_day on tenant.ledger_txns (tenant_id, booked_on, id);
create index ledger_txns_of_ref on tenant.ledger_txns (tenant_id, ref);
comment on table tenant.ledger_txns is
  'One deed of the trade (event, ref) and its entries. The key makes a repeat harmless: it is written in the transaction of '
  'the deed. booked_on is the day in the client''s zone on which it counts. A reversal is a new row that names the one it '
  'undoes, and there is at most one of it.';

create table tenant.ledger_entries (
  tenant_id uuid not null,
  txn_id uuid not null,
  position int not null check (position >= 0),
  debit_account uuid not null,
  credit_account uuid not null check (credit_account <> debit_account),
  currency text not null,
  amount_minor bigint not null check (amount_minor > 0),
  -- The day of its transaction once more, so that an account's statement is read from one index.
  booked_on date not null,
  primary key (tenant_id, txn_id, position),
  foreign key (tenant_id, txn_id) references tenant.ledger_txns (tenant_id, id),
  foreign key (tenant_id, debit_account, currency) references tenant.ledger_accounts (tenant_id, id, currency),
  foreign key (tenant_id, credit_account, currency) references tenant.ledger_accounts (tenant_id, id, currency)
);
create index ledger_entries_by_debit on tenant.ledger_entries (tenant_id, debit_account, booked_on, txn_id, position);
create index ledger_entries_by_credit on tenant.ledger_entries (tenant_id, credit_account, booked_on, txn_id, position);
comment on table tenant.ledger_entries is 'Money from the credit account to the debit account. Immutable: a trigger refuses UPDATE and DELETE.';

create table tenant.ledger_days (
  tenant_id uuid not null,
  account_id uuid not null,
  booked_on date not null,
  debit_minor bigint not null default 0 check (debit_minor >= 0),
  credit_minor bigint not null default 0 check (credit_minor >= 0),
  primary key (tenant_id, account_id, booked_on),
  foreign key (tenant_id, account_id) references tenant.ledger_accounts (tenant_id, id)
);
comment on table tenant.ledger_days is
  'Projection: the entries of each account added up by day, kept by a trigger in the entries'' own transaction. A balance on a '
  'day is the sum up to it. The app role can only read it.';

-- Accounts in one order, so that two transactions that touch the same ones wait for each other and never in a ring.
create function tenant.add_up_ledger_days() returns trigger language plpgsql security definer set search_path = '' as $$
begin
  insert into tenant.ledger_days as d (tenant_id, account_id, booked_on, debit_minor, credit_minor)
  select s.tenant_id, s.account_id, s.booked_on, sum(s.debit), sum(s.credit)
  from (
    select tenant_id, debit_account as account_id, booked_on, amount_minor as debit, 0::bigint as credit from added
    union all
    select tenant_id, credit_account, booked_on, 0, amount_minor from added
  ) s
  group by 1, 2, 3 order by 1, 2, 3
  on conflict (tenant_id, account_id, booked_on) do update set
    debit_minor = d.debit_minor + excluded.debit_minor, credit_minor = d.credit_minor + excluded.credit_minor;
  return null;
end $$;
comment on function tenant.add_up_ledger_days is 'Trigger: keeps ledger_days. Runs as the owner, under the row-level security of the transaction''s own tenant.';
revoke all on function tenant.add_up_ledger_days from public;

create trigger added_up after insert on tenant.ledger_entries
  referencing new table as added for each statement execute function tenant.add_up_ledger_days();
create trigger immutable before update or delete on tenant.ledger_accounts for each row execute function tenant.refuse_change();
create trigger immutable before update or delete on tenant.ledger_txns for each row execute function tenant.refuse_change();
create trigger immutable before update or delete on tenant.ledger_entries for each row execute function tenant.refuse_change();

do $$
declare name text;
begin
  foreach name in array array['ledger_accounts', 'ledger_txns', 'ledger_entries', 'ledger_days'] loop
    execute format('alter table tenant.%I enable row level security', name);
    execute format('alter table tenant.%I force row level security', name);
    execute format('create policy own_rows on tenant.%I for all
      using (tenant_id = (select nullif(current_setting(''app.tenant_id'', true), '''')::uuid))
      with check (tenant_id = (select nullif(current_setting(''app.tenant_id'', true), '''')::uuid))', name);
    execute format('grant select on tenant.%I to callhouse_app', name);
  end loop;
end $$;
grant insert on tenant.ledger_accounts, tenant.ledger_txns, tenant.ledger_entries to callhouse_app;
