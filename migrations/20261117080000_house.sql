-- The outsourcer's own house: floor, people, and the register of client companies. No customer data stands here, so the
-- operator role may read and write all of it; the app role gets only the few columns that a client's own pages need.
-- Roles are made before migrations run (they are cluster-wide): callhouse_owner runs this file and owns everything,
-- callhouse_app serves tenants, callhouse_operator serves the house. Neither of the latter owns anything.

create extension if not exists btree_gist;

create schema if not exists house;
create schema tenant;
revoke all on schema house from public;
revoke all on schema tenant from public;
grant usage on schema house to callhouse_operator, callhouse_app;
grant usage on schema tenant to callhouse_app;
revoke create on schema public from public;

create table house.outsourcers (
  id uuid primary key default uuidv7(),
  slug text not null unique check (slug ~ '^[a-z0-9-]{1,40}$'),
  name text not null,
  created_at timestamptz not null default now()
);
comment on table house.outsourcers is 'The company whose floor this is. One row in practice; every site belongs to it.';

create table house.sites (
  id uuid primary key default uuidv7(),
  outsourcer_id uuid not null references house.outsourcers,
  slug text not null unique check (slug ~ '^[a-z0-9-]{1,40}$'),
  name text not null,
  time_zone text not null,
  created_at timestamptz not null default now()
);
comment on table house.sites is 'A place with seats. Its zone decides shifts; a tenant''s zone decides reports and bills.';

create table house.pools (
  id uuid primary key default uuidv7(),
  site_id uuid not null references house.sites,
  slug text not null unique check (slug ~ '^[a-z0-9-]{1,40}$'),
  name text not null,
  seats int not null check (seats between 1 and 2000),
  created_at timestamptz not null default now()
);
comment on table house.pools is 'Seats that several tenants share. One SeatPool object each, which is why a pool ends at 2,000 seats.';

create table house.tenants (
  id uuid primary key default uuidv7(),
  slug text not null unique check (slug ~ '^[a-z0-9-]{1,40}$'),
  name text not null,
  status text not null default 'active' check (status in ('active', 'suspended', 'closed')),
  time_zone text not null,
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  created_at timestamptz not null default now()
);
comment on table house.tenants is
  'Register of client companies: active -> suspended -> active | closed. Suspended and closed tenants keep their rows; '
  'publishing leaves their numbers out, so no new call begins. What a tenant knows of itself is tenant.companies.';

create table house.lines (
  e164 text primary key check (e164 ~ '^\+?[0-9]{3,15}$'),
  tenant_id uuid not null references house.tenants,
  number_id uuid not null unique
);
comment on table house.lines is
  'Which tenant a number belongs to. A number is unique in the whole house; that promise is kept here and not by a unique '
  'index on tenant.numbers, which would tell one tenant what another has.';

create table house.users (
  id uuid primary key default uuidv7(),
  email text not null,
  email_lower text not null unique check (email_lower = lower(email_lower) and email_lower like '%_@_%'),
  name text not null,
  password_hash text not null,
  locale text not null check (locale in ('zh-CN', 'en-US', 'en-GB')),
  status text not null default 'active' check (status in ('active', 'disabled')),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
comment on table house.users is
  'People who sign in, staff and clients alike: an e-mail address is unique in the house, so it lives outside tenant tables. '
  'active <-> disabled; a disabled user''s sessions are refused at the next request.';

create table house.user_roles (
  id uuid primary key default uuidv7(),
  user_id uuid not null references house.users on delete cascade,
  role text not null check (role in ('agent', 'supervisor', 'billing_admin', 'house_admin', 'tenant_admin')),
  tenant_id uuid references house.tenants,
  check ((role = 'tenant_admin') = (tenant_id is not null)),
  unique nulls not distinct (user_id, role, tenant_id)
);
comment on table house.user_roles is 'What a user may do. Only tenant_admin names a tenant, and it always does; a CHECK says so.';

create table house.sessions (
  id_hash text primary key check (id_hash ~ '^[0-9a-f]{64}$'),
  user_id uuid not null references house.users on delete cascade,
  expires_at timestamptz not null,
  created_at timestamptz not null default now()
);
create index sessions_of_user on house.sessions (user_id);
create index sessions_by_expiry on house.sessions (expires_at);
comment on table house.sessions is 'Signed-in browsers. Only the SHA-256 of the session id is kept: a copy of this table signs nobody in.';

create table house.agents (
  id uuid primary key default uuidv7(),
  user_id uuid unique references house.users on delete set null,
  pool_id uuid not null references house.pools,
  slug text not null unique check (slug ~ '^[a-z0-9-]{1,40}$'),
  name text not null,
  status text not null default 'active' check (status in ('active', 'left')),
  created_at timestamptz not null default now()
);
create index agents_of_pool on house.agents (pool_id);
comment on table house.agents is 'People who answer. active -> left; a row is kept for ever because contacts name it. Live states are in SeatPool.';

create table house.agent_skills (
  agent_id uuid not null references house.agents on delete cascade,
  skill text not null check (skill ~ '^[a-z0-9-]{1,40}$'),
  level int not null default 5 check (level between 1 and 10),
  primary key (agent_id, skill)
);
comment on table house.agent_skills is 'What an agent can do, from 1 (can) to 10 (expert). A queue asks for skills; an agent without one of them is never offered.';

create table house.agent_facts (
  agent_id uuid not null references house.agents,
  seq bigint not null check (seq > 0),
  pool_id uuid not null references house.pools,
  at timestamptz not null,
  v int not null,
  type text not null,
  body jsonb not null,
  received_at timestamptz not null default now(),
  primary key (agent_id, seq)
);
comment on table house.agent_facts is 'Immutable, numbered per agent by SeatPool. A repeat meets the primary key. Carries a tenant''s id at most, never its customers.';

create table house.agent_state_intervals (
  agent_id uuid not null references house.agents,
  seq bigint not null,
  pool_id uuid not null references house.pools,
  state text not null check (state in ('off_shift', 'ready', 'reserved', 'ringing', 'on_contact', 'wrap_up', 'not_ready')),
  reason text,
  tenant_id uuid references house.tenants,
  contact_id uuid,
  started_at timestamptz not null,
  ended_at timestamptz check (ended_at >= started_at),
  primary key (agent_id, seq)
);
create index intervals_by_start on house.agent_state_intervals (started_at);
create index intervals_of_tenant on house.agent_state_intervals (tenant_id, started_at) where tenant_id is not null;
comment on table house.agent_state_intervals is
  'Projection of agent_facts: fact number seq began the interval, the next one ends it; ended_at is null while it lasts. '
  'Rebuilt from facts, any order, and comes out the same.';

create table house.audit (
  id uuid primary key default uuidv7(),
  at timestamptz not null default now(),
  actor_kind text not null check (actor_kind in ('user', 'system', 'cli')),
  actor_id text not null,
  action text not null,
  subject_kind text not null,
  subject_id text not null,
  detail jsonb not null default '{}'
);
create index house_audit_by_time on house.audit (at);
comment on table house.audit is 'Who did what in the house itself. Append only: no role but the owner holds UPDATE or DELETE.';

grant select, insert, update, delete on
  house.outsourcers, house.sites, house.pools, house.tenants, house.lines, house.users, house.user_roles, house.sessions,
  house.agents, house.agent_skills, house.agent_state_intervals to callhouse_operator;
grant select, insert on house.agent_facts, house.audit to callhouse_operator;

-- The name beside a contact on the client's own page, and nothing else of the house.
grant select (id, name) on house.agents to callhouse_app;
