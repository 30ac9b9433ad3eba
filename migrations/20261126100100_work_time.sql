-- Agents' time and the most seats at work become usage. How an interval is split is decided once, when it ends, and kept
-- here: told again after an agent's clients have changed, it must be the same usage. New tables, and a column without a
-- default, which needs no rewrite.

alter table house.agent_state_intervals add column split_at timestamptz;
comment on column house.agent_state_intervals.split_at is 'When it was decided whose the time is (agent_time_parts); null while it lasts.';

create table house.agent_time_parts (
  agent_id uuid not null,
  seq bigint not null,
  tenant_id uuid not null references house.tenants,
  state text not null check (state in ('on_contact', 'wrap_up', 'ringing', 'waiting', 'pause', 'training')),
  agents text not null check (agents in ('dedicated', 'shared')),
  seconds bigint not null check (seconds > 0),
  contact_id uuid,
  started_at timestamptz not null,
  told_at timestamptz,
  primary key (agent_id, seq, tenant_id),
  foreign key (agent_id, seq) references house.agent_state_intervals (agent_id, seq)
);
create index parts_to_tell on house.agent_time_parts (tenant_id, started_at) where told_at is null;
comment on table house.agent_time_parts is
  'Each client''s part of an ended state of an agent, in whole seconds: waiting, pause and training of an agent of several '
  'clients in equal parts. told_at is null until it stands in that client''s usage, which a repeat finds there.';

create table house.peaks_told (
  tenant_id uuid primary key references house.tenants,
  until date not null
);
comment on table house.peaks_told is
  'Last day of the client''s calendar whose most seats at work stand in its usage; set back when facts of an earlier day come.';

grant select, insert, update, delete on house.agent_time_parts, house.peaks_told to callhouse_operator;
