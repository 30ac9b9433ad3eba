-- Calls to numbers that nobody answers for, so that a forgotten number is noticed. No lock cost: a new, empty table.
create table house.unknown_number_calls (
  account_sid text not null,
  call_sid text not null,
  tenant_id uuid not null,
  to_number text not null,
  another_tenants boolean not null,
  called_at timestamptz not null,
  primary key (account_sid, call_sid)
);
create index unknown_number_calls_by_time on house.unknown_number_calls (called_at);
comment on table house.unknown_number_calls is
  'One row per call that came in on a number which is not in service: the fact unknown_number_called, once per call by its '
  'key. tenant_id is whose carrier account delivered it; another_tenants says that the number is in service, for somebody '
  'else. The caller is not kept: nobody serves this call. Rows are only ever added.';

grant select, insert on house.unknown_number_calls to callhouse_operator;
