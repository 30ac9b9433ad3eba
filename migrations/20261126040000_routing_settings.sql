-- What a supervisor may change of a queue and of a pool while calls are under way, and how that is told from the files.

alter table tenant.queues
  add column rules jsonb not null default '{}',
  add column version int not null default 1 check (version > 0),
  add column filed jsonb,
  add column changed_at timestamptz,
  add column changed_by text;
comment on table tenant.queues is
  'Where contacts wait for a seat. Service level: target_percent of contacts answered within target_within_s; hang-ups sooner '
  'than short_abandon_s do not count. `rules` holds what a queue does beyond the plain case; a field that is missing there is '
  'the plain one. `filed` is what the files last said: a column that differs from it was changed in the console, at changed_at '
  'by changed_by, and is not undone by the files. version grows by one with each change; who saves names the one he has '
  'read. In use until retired_at is set; never deleted, because contacts name it.';

alter table house.pools
  add column policy text not null default 'fifo' check (policy in ('fifo', 'edf', 'slack')),
  add column version int not null default 1 check (version > 0),
  add column filed jsonb,
  add column changed_at timestamptz,
  add column changed_by text;
comment on table house.pools is
  'Seats that several tenants share. One SeatPool object each, which is why a pool ends at 2,000 seats. policy says whose '
  'caller is served first when several want one seat. `filed`, version, changed_at and changed_by as on tenant.queues.';

alter table house.agents
  add column kind text not null default 'ordinary'
    check (kind in ('ordinary', 'remote', 'expert', 'team_lead', 'supervisor')),
  add column extension text unique check (extension ~ '^[0-9]{2,8}$'),
  add column groups text[] not null default '{}';
comment on column house.agents.kind is 'The kind of seat; experts, team leads and supervisors are kept free.';
comment on column house.agents.extension is 'Digits by which a caller asks for this agent in a flow.';
comment on column house.agents.groups is 'Groups that a queue may be lent after a while.';
