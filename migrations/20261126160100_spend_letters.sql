-- What a client was told about its running month: a letter at 50, 80 and 100 per cent of a package or of its own limit.

create table tenant.spend_alerts (
  tenant_id uuid not null,
  id uuid not null default uuidv7(),
  contract_id uuid not null,
  period_start date not null check (extract(day from period_start) = 1),
  what text not null check (what in ('package', 'limit')),
  code text not null default '' check ((what = 'package') = (code <> '')),
  label_zh text,
  label_en text,
  step int not null check (step in (50, 80, 100)),
  used bigint not null check (used >= 0),
  allowed bigint not null check (allowed >= 0),
  used_up_on date,
  reached_at timestamptz not null,
  letter_to text[] not null default '{}',
  letter_id text,
  letter_tries int not null default 0 check (letter_tries >= 0),
  letter_next_at timestamptz not null,
  letter_trouble text check (length(letter_trouble) <= 300),
  primary key (tenant_id, id),
  unique (tenant_id, contract_id, period_start, what, code, step, allowed),
  foreign key (tenant_id, contract_id) references tenant.contracts (tenant_id, id)
);
create index spend_letters_waiting on tenant.spend_alerts (tenant_id, letter_next_at) where letter_id is null;
comment on table tenant.spend_alerts is
  'A step of a package (units) or of the client''s own limit (minor units before tax) that its month reached, each once for an '
  'allowance of a size: a limit set anew is told anew. Its letter has an id when the mail service has taken it; until then it is '
  'tried again, later each time, so many times.';
alter table tenant.spend_alerts enable row level security;
alter table tenant.spend_alerts force row level security;
create policy own_rows on tenant.spend_alerts for all
  using (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))
  with check (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid));
grant select, insert, update on tenant.spend_alerts to callhouse_app;

create table tenant.spend_checks (
  tenant_id uuid primary key references tenant.companies,
  seen text not null,
  checked_at timestamptz not null
);
comment on table tenant.spend_checks is
  'What a client''s drafts and limits read when its month was last looked at for alerts: as long as they read the same there is nothing new to tell.';
alter table tenant.spend_checks enable row level security;
alter table tenant.spend_checks force row level security;
create policy own_rows on tenant.spend_checks for all
  using (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))
  with check (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid));
grant select, insert, update on tenant.spend_checks to callhouse_app;
