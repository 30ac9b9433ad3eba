-- The client's customers, and the record of every contact with them, folded from facts.

create table tenant.customers (
  tenant_id uuid not null references tenant.companies,
  id uuid not null default uuidv7(),
  name text not null check (length(name) between 1 and 200),
  tier text not null default 'standard' check (tier in ('standard', 'silver', 'gold', 'platinum')),
  language text check (language in ('zh-CN', 'en-US', 'en-GB')),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (tenant_id, id)
);
create index customers_by_age on tenant.customers (tenant_id, created_at desc);
comment on table tenant.customers is 'People and households who call this client. Never shared: the same person at two clients is two rows that know nothing of each other.';

create table tenant.customer_points (
  tenant_id uuid not null,
  id uuid not null default uuidv7(),
  customer_id uuid not null,
  kind text not null check (kind in ('phone', 'email')),
  as_given text not null,
  phone_e164 text check (phone_e164 ~ '^\+?[0-9]{3,15}$'),
  email_lower text check (email_lower = lower(email_lower)),
  created_at timestamptz not null default now(),
  primary key (tenant_id, id),
  foreign key (tenant_id, customer_id) references tenant.customers (tenant_id, id) on delete cascade,
  check ((kind = 'phone') = (phone_e164 is not null)),
  check ((kind = 'email') = (email_lower is not null)),
  unique (tenant_id, customer_id, phone_e164),
  unique (tenant_id, customer_id, email_lower)
);
create index points_by_phone on tenant.customer_points (tenant_id, phone_e164);
create index points_by_email on tenant.customer_points (tenant_id, email_lower);
comment on table tenant.customer_points is
  'How a customer is reached, as given and in normal form; the form is what is looked up, because only plain equality is an '
  'index condition under row level security. A household shares a telephone, so a number may be several customers''.';

create table tenant.contacts (
  tenant_id uuid not null references tenant.companies,
  id uuid not null,
  direction text not null check (direction in ('inbound')),
  carrier text not null,
  from_number text not null,
  to_number text not null,
  number_id uuid not null,
  brand_id uuid not null,
  flow_id uuid not null,
  flow_version int not null,
  language text not null,
  queue_id uuid,
  agent_id uuid references house.agents,
  outcome text check (outcome in ('answered', 'abandoned', 'voicemail', 'self_service', 'closed', 'rejected', 'failed')),
  ended_by text check (ended_by in ('caller', 'agent', 'house')),
  offered_at timestamptz not null,
  queued_at timestamptz,
  answered_at timestamptz,
  ended_at timestamptz,
  wrapped_up_at timestamptz,
  waited_ms bigint check (waited_ms >= 0),
  talk_ms bigint not null default 0 check (talk_ms >= 0),
  hold_ms bigint not null default 0 check (hold_ms >= 0),
  wrap_up_ms bigint not null default 0 check (wrap_up_ms >= 0),
  within_target boolean,
  short_abandon boolean not null default false,
  disposition text,
  success boolean not null default false,
  notes text not null default '',
  facts_folded int not null check (facts_folded > 0),
  customer_id uuid,
  updated_at timestamptz not null default now(),
  primary key (tenant_id, id),
  foreign key (tenant_id, number_id) references tenant.numbers (tenant_id, id),
  foreign key (tenant_id, brand_id) references tenant.brands (tenant_id, id),
  foreign key (tenant_id, flow_id) references tenant.flows (tenant_id, id),
  foreign key (tenant_id, queue_id) references tenant.queues (tenant_id, id),
  foreign key (tenant_id, customer_id) references tenant.customers (tenant_id, id) on delete set null (customer_id)
);
create index contacts_by_offer on tenant.contacts (tenant_id, offered_at desc, id desc);
create index contacts_by_outcome on tenant.contacts (tenant_id, outcome, offered_at desc, id desc);
create index contacts_by_caller on tenant.contacts (tenant_id, from_number, offered_at desc);
create index contacts_by_customer on tenant.contacts (tenant_id, customer_id, offered_at desc) where customer_id is not null;
comment on table tenant.contacts is
  'One row a contact, folded from all its stored facts and written whole each time, so order and repeats do not matter. Live '
  'while outcome is null; ended once it is set. customer_id alone is not of the facts: an agent links it, the fold leaves it. '
  'waited_ms counts from queued_at to answer or to leaving; null when it never queued. within_target is null when the contact '
  'does not count for the service level (never queued, or a short abandon).';

create table tenant.contact_facts (
  tenant_id uuid not null,
  contact_id uuid not null,
  seq int not null check (seq > 0),
  at timestamptz not null,
  v int not null,
  type text not null,
  body jsonb not null,
  received_at timestamptz not null default now(),
  primary key (tenant_id, contact_id, seq)
);
create index facts_by_time on tenant.contact_facts (tenant_id, received_at);
comment on table tenant.contact_facts is
  'Immutable, numbered 1, 2, 3 … per contact by its Contact object. A repeat meets the primary key. There is no foreign key to '
  'contacts: facts come first and in any order. A trigger refuses UPDATE and DELETE.';

create table tenant.contact_legs (
  tenant_id uuid not null,
  contact_id uuid not null,
  call_sid text not null,
  party text not null check (party in ('caller', 'agent')),
  direction text not null check (direction in ('inbound', 'outbound')),
  status text not null check (status in ('completed', 'busy', 'failed', 'no-answer', 'canceled')),
  duration_s int not null check (duration_s >= 0),
  ended_at timestamptz not null,
  primary key (tenant_id, contact_id, call_sid),
  foreign key (tenant_id, contact_id) references tenant.contacts (tenant_id, id) on delete cascade
);
comment on table tenant.contact_legs is 'Ended carrier legs with the carrier''s own whole seconds: what reconciliation compares and carrier time bills.';

create table tenant.recordings (
  tenant_id uuid not null,
  contact_id uuid not null,
  recording_sid text not null,
  purpose text not null check (purpose in ('call', 'voicemail')),
  duration_s int not null check (duration_s >= 0),
  blob_key text not null check (starts_with(blob_key, tenant_id::text || '/')),
  stored_at timestamptz not null,
  primary key (tenant_id, contact_id, recording_sid),
  foreign key (tenant_id, contact_id) references tenant.contacts (tenant_id, id) on delete cascade
);
comment on table tenant.recordings is 'Recordings in blob storage. A CHECK holds that the key begins with the tenant''s id and a slash.';

create table tenant.customer_notes (
  tenant_id uuid not null,
  id uuid not null default uuidv7(),
  customer_id uuid not null,
  contact_id uuid,
  body text not null check (length(body) between 1 and 4000),
  author_kind text not null check (author_kind in ('agent', 'user', 'system')),
  author_id text not null,
  created_at timestamptz not null default now(),
  primary key (tenant_id, id),
  foreign key (tenant_id, customer_id) references tenant.customers (tenant_id, id) on delete cascade
);
create index notes_of_customer on tenant.customer_notes (tenant_id, customer_id, created_at desc);
comment on table tenant.customer_notes is 'What was written about a customer, newest first. contact_id has no foreign key: the note may be written before the contact''s facts arrive.';

create table tenant.agent_grants (
  tenant_id uuid not null references tenant.companies,
  id uuid not null default uuidv7(),
  agent_id uuid not null references house.agents,
  scope text not null check (scope in ('contact', 'brand')),
  contact_id uuid,
  brand_id uuid,
  granted_at timestamptz not null default now(),
  expires_at timestamptz not null check (expires_at > granted_at),
  primary key (tenant_id, id),
  check ((scope = 'contact') = (contact_id is not null)),
  check ((scope = 'brand') = (brand_id is not null)),
  unique (tenant_id, agent_id, contact_id),
  unique (tenant_id, agent_id, brand_id),
  foreign key (tenant_id, brand_id) references tenant.brands (tenant_id, id)
);
comment on table tenant.agent_grants is
  'Leave for an agent to see this tenant''s data: for one contact in hand, or for a brand. Live until expires_at, read against '
  'the database''s clock; tenant.enter_as_agent refuses without a live one. Renewed by moving expires_at.';

create table tenant.audit (
  tenant_id uuid not null references tenant.companies,
  id uuid not null default uuidv7(),
  at timestamptz not null default now(),
  actor_kind text not null check (actor_kind in ('user', 'agent', 'system', 'cli')),
  actor_id text not null,
  action text not null,
  subject_kind text not null,
  subject_id text not null,
  detail jsonb not null default '{}',
  primary key (tenant_id, id)
);
create index audit_by_time on tenant.audit (tenant_id, at desc);
comment on table tenant.audit is 'Who did what to this tenant''s data. Append only: a trigger refuses UPDATE and DELETE.';

create trigger immutable before update or delete on tenant.contact_facts for each row execute function tenant.refuse_change();
create trigger immutable before update or delete on tenant.audit for each row execute function tenant.refuse_change();

do $$
declare name text;
begin
  foreach name in array array['customers', 'customer_points', 'contacts', 'contact_facts', 'contact_legs', 'recordings',
    'customer_notes', 'agent_grants', 'audit'] loop
    execute format('alter table tenant.%I enable row level security', name);
    execute format('alter table tenant.%I force row level security', name);
    execute format('create policy own_rows on tenant.%I for all
      using (tenant_id = (select nullif(current_setting(''app.tenant_id'', true), '''')::uuid))
      with check (tenant_id = (select nullif(current_setting(''app.tenant_id'', true), '''')::uuid))', name);
    execute format('grant select, insert, update, delete on tenant.%I to callhouse_app', name);
  end loop;
end $$;
revoke update, delete on tenant.contact_facts, tenant.audit from callhouse_app;

-- One statement enters a tenant's scope, so that it can be sent together with BEGIN and the first query.
create function tenant.enter(wanted_tenant uuid, actor text) returns void
language sql volatile set search_path = '' as $$
  select pg_catalog.set_config('app.tenant_id', wanted_tenant::text, true), pg_catalog.set_config('app.actor', actor, true);
$$;
comment on function tenant.enter is 'Sets the tenant for this transaction and no longer. Called by withTenant alone.';

create function tenant.enter_as_agent(wanted_tenant uuid, wanted_agent uuid, wanted_contact uuid) returns void
language plpgsql volatile set search_path = '' as $$
begin
  perform pg_catalog.set_config('app.tenant_id', wanted_tenant::text, true);
  perform pg_catalog.set_config('app.actor', 'agent:' || wanted_agent::text, true);
  if not exists (
    select from tenant.agent_grants g
    where g.tenant_id = wanted_tenant and g.agent_id = wanted_agent and g.expires_at > pg_catalog.clock_timestamp()
      and (g.scope = 'brand' or g.contact_id = wanted_contact)
  ) then
    raise exception 'agent has no live grant here' using errcode = 'insufficient_privilege';
  end if;
end $$;
comment on function tenant.enter_as_agent is
  'As tenant.enter, for an agent: raises 42501 unless a grant for this contact or for a brand of this tenant is alive. The '
  'raise aborts the transaction, and the setting goes with it. Invoker''s rights, so the policy on agent_grants applies here too.';

revoke all on function tenant.enter, tenant.enter_as_agent, tenant.refuse_change from public;
grant execute on function tenant.enter, tenant.enter_as_agent to callhouse_app;
