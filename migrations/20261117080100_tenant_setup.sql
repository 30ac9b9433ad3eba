-- What a client company sets up: itself, its brands, numbers, hours, queues, flows, and what its calls may end as.
-- Every table of schema `tenant` carries tenant_id first in each key, has row level security on and forced, and exactly one
-- policy for all commands. The sub-select makes the setting an InitPlan, read once a query and not once a row; nullif is
-- there because a setting that was local to a finished transaction reads as '' and not as null on a used connection.

create table tenant.companies (
  tenant_id uuid primary key references house.tenants,
  slug text not null,
  name text not null,
  name_zh text not null,
  name_en text not null,
  trade text not null,
  time_zone text not null,
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  language text not null check (language in ('zh-CN', 'en-US', 'en-GB')),
  revision int not null default 0 check (revision >= 0),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
comment on table tenant.companies is
  'The client company as it sees itself: one row a tenant. revision grows by one with each applied change of its set-up and '
  'is the version that Line objects carry. time_zone and currency decide reports and invoices.';

create table tenant.brands (
  tenant_id uuid not null references tenant.companies,
  id uuid not null default uuidv7(),
  slug text not null,
  name text not null,
  color text not null check (color ~ '^#[0-9a-f]{6}$'),
  greeting text not null,
  script text not null default '',
  primary key (tenant_id, id),
  unique (tenant_id, slug)
);
comment on table tenant.brands is 'A name the house answers in, with the words an agent says first and the script beside the call.';

create table tenant.calendars (
  tenant_id uuid not null references tenant.companies,
  id uuid not null default uuidv7(),
  name text not null,
  time_zone text not null,
  weekly jsonb not null,
  exceptions jsonb not null,
  primary key (tenant_id, id),
  unique (tenant_id, name)
);
comment on table tenant.calendars is 'Opening hours in the tenant''s zone; exceptions are holidays (no hours, or short ones) and make-up workdays (hours on a weekend).';

create table tenant.queues (
  tenant_id uuid not null references tenant.companies,
  id uuid not null default uuidv7(),
  slug text not null,
  name text not null,
  pool_id uuid not null references house.pools,
  priority int not null check (priority between 0 and 100),
  skills text[] not null,
  strategy text not null check (strategy in ('longest_idle')),
  ring_timeout_s int not null check (ring_timeout_s between 5 and 120),
  wrap_up_s int not null check (wrap_up_s between 0 and 1800),
  target_percent int not null check (target_percent between 1 and 100),
  target_within_s int not null check (target_within_s between 1 and 3600),
  short_abandon_s int not null check (short_abandon_s between 0 and 60),
  retired_at timestamptz,
  primary key (tenant_id, id),
  unique (tenant_id, slug)
);
comment on table tenant.queues is
  'Where contacts wait for a seat. Service level: target_percent of contacts answered within target_within_s; hang-ups sooner '
  'than short_abandon_s do not count. In use until retired_at is set; never deleted, because contacts name it.';

create table tenant.flows (
  tenant_id uuid not null references tenant.companies,
  id uuid not null default uuidv7(),
  slug text not null,
  primary key (tenant_id, id),
  unique (tenant_id, slug)
);
comment on table tenant.flows is 'A flow by name; what it does stands in its versions.';

create table tenant.flow_versions (
  tenant_id uuid not null,
  flow_id uuid not null,
  version int not null check (version > 0),
  entry text not null,
  steps jsonb not null,
  content_hash text not null,
  published_at timestamptz not null default now(),
  primary key (tenant_id, flow_id, version),
  foreign key (tenant_id, flow_id) references tenant.flows (tenant_id, id)
);
comment on table tenant.flow_versions is
  'One published text of a flow. Immutable: a trigger refuses UPDATE and DELETE, so a contact''s record can always show the '
  'very flow it ran. The highest version is the one in use.';

create table tenant.carrier_accounts (
  tenant_id uuid not null references tenant.companies,
  id uuid not null default uuidv7(),
  carrier text not null check (carrier in ('twilio', 'sandbox')),
  account_sid text not null check (account_sid ~ '^AC[0-9a-f]{32}$'),
  sealed text not null,
  fingerprint text not null,
  primary key (tenant_id, id),
  unique (tenant_id, account_sid)
);
comment on table tenant.carrier_accounts is
  'The tenant''s account at a carrier. `sealed` is the whole account (tokens too) under the Worker''s key, and is the token in '
  'webhook addresses; without that key it opens nothing. `fingerprint` is a keyed hash by which a change is seen.';

create table tenant.numbers (
  tenant_id uuid not null references tenant.companies,
  id uuid not null default uuidv7(),
  e164 text not null check (e164 ~ '^\+?[0-9]{3,15}$'),
  label text not null,
  brand_id uuid not null,
  flow_id uuid not null,
  carrier_account_id uuid not null,
  language text not null check (language in ('zh-CN', 'en-US', 'en-GB')),
  record_calls boolean not null,
  retired_at timestamptz,
  primary key (tenant_id, id),
  unique (tenant_id, e164),
  foreign key (tenant_id, brand_id) references tenant.brands (tenant_id, id),
  foreign key (tenant_id, flow_id) references tenant.flows (tenant_id, id),
  foreign key (tenant_id, carrier_account_id) references tenant.carrier_accounts (tenant_id, id)
);
comment on table tenant.numbers is 'Numbers of the tenant. In service until retired_at; house.lines keeps a number from being two tenants''.';

create table tenant.dispositions (
  tenant_id uuid not null references tenant.companies,
  code text not null check (code ~ '^[a-z0-9_]{1,40}$' and code <> 'auto'),
  position int not null,
  label_zh text not null,
  label_en text not null,
  success boolean not null,
  retired_at timestamptz,
  primary key (tenant_id, code)
);
comment on table tenant.dispositions is
  'What an agent may say a contact came to. success marks those that earn commission; a contact keeps the flag it was wrapped '
  'up with. `auto` is not in the list: it means that the timer ended wrap-up.';

create table tenant.seat_entitlements (
  tenant_id uuid not null references tenant.companies,
  pool_id uuid not null references house.pools,
  valid daterange not null check (not isempty(valid) and lower_inc(valid)),
  guaranteed int not null check (guaranteed >= 0),
  burst int not null check (burst >= 0),
  primary key (tenant_id, pool_id, valid without overlaps)
);
comment on table tenant.seat_entitlements is
  'Seats of a pool that are the tenant''s: guaranteed ones are never lent away while it has contacts waiting; up to burst more '
  'may be borrowed when idle. guaranteed + burst is the most it can hold at once. A temporal key keeps one rule a day; history '
  'stays, because a seat-month is billed by the highest number entitled on any day of the month.';

create table house.agent_brands (
  agent_id uuid not null references house.agents on delete cascade,
  tenant_id uuid not null,
  brand_id uuid not null,
  primary key (agent_id, tenant_id, brand_id),
  foreign key (tenant_id, brand_id) references tenant.brands (tenant_id, id)
);
comment on table house.agent_brands is 'Brands an agent may answer for. A pool offers a contact of no other brand.';
grant select, insert, update, delete on house.agent_brands to callhouse_operator;

create function tenant.refuse_change() returns trigger language plpgsql set search_path = '' as $$
begin
  raise exception '% on %.%: rows of this table are never changed', tg_op, tg_table_schema, tg_table_name
    using errcode = 'restrict_violation';
end $$;
comment on function tenant.refuse_change is 'Trigger for tables whose rows are history: a correction is a new row.';

create trigger immutable before update or delete on tenant.flow_versions
  for each row execute function tenant.refuse_change();

do $$
declare name text;
begin
  foreach name in array array['companies', 'brands', 'calendars', 'queues', 'flows', 'flow_versions', 'carrier_accounts',
    'numbers', 'dispositions', 'seat_entitlements'] loop
    execute format('alter table tenant.%I enable row level security', name);
    execute format('alter table tenant.%I force row level security', name);
    execute format('create policy own_rows on tenant.%I for all
      using (tenant_id = (select nullif(current_setting(''app.tenant_id'', true), '''')::uuid))
      with check (tenant_id = (select nullif(current_setting(''app.tenant_id'', true), '''')::uuid))', name);
    execute format('grant select, insert, update, delete on tenant.%I to callhouse_app', name);
  end loop;
end $$;
revoke update, delete on tenant.flow_versions from callhouse_app;
