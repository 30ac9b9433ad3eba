-- Every stay of a contact in a queue, so that the portal's days and the month's service level count what live boards and pools
-- count: each stay in its own queue, in the interval in which it was offered to it. A contact's row knows its last queue alone.

create table tenant.queue_stays (
  tenant_id uuid not null,
  contact_id uuid not null,
  no int not null check (no > 0),
  queue_id uuid not null,
  queued_at timestamptz not null,
  outcome text check (outcome in ('answered', 'abandoned', 'flowed_out')),
  left_at timestamptz,
  waited_ms bigint check (waited_ms >= 0),
  in_time boolean,
  short_abandon boolean not null default false,
  primary key (tenant_id, contact_id, no),
  foreign key (tenant_id, contact_id) references tenant.contacts (tenant_id, id) on delete cascade,
  foreign key (tenant_id, queue_id) references tenant.queues (tenant_id, id),
  check (num_nulls(outcome, left_at, waited_ms, in_time) in (0, 4)),
  check (outcome = 'abandoned' or not short_abandon)
);
create index stays_by_offer on tenant.queue_stays (tenant_id, queued_at);
comment on table tenant.queue_stays is
  'One row a stay, folded from the contact''s facts and written whole each time (domain/call/stays.ts). It counts for the interval '
  'of queued_at, on the client''s calendar, however late it ends. Open while outcome is null. in_time: it ended within the target '
  'owed when it began. A short abandon is abandoned too, and counts for no service level that leaves short ones out.';

alter table tenant.queue_stays enable row level security;
alter table tenant.queue_stays force row level security;
create policy own_rows on tenant.queue_stays for all
  using (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))
  with check (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid));
grant select, insert, update on tenant.queue_stays to callhouse_app;

-- Contacts from before, client by client, from the facts that are folded into them.
do $$
declare client uuid;
begin
  for client in select id from house.tenants order by id loop
    perform set_config('app.tenant_id', client::text, true);
    insert into tenant.queue_stays (tenant_id, contact_id, no, queue_id, queued_at, outcome, left_at, waited_ms, in_time, short_abandon)
    select q.tenant_id, q.contact_id, row_number() over (partition by q.contact_id order by q.seq),
      (q.body ->> 'queueId')::uuid, to_timestamp((q.body ->> 'queuedAt')::numeric / 1000),
      case l.why when 'answered' then 'answered' when 'abandoned' then 'abandoned' when 'overflowed' then 'flowed_out'
        when 'closed' then 'flowed_out' end,
      l.at, l.waited_ms, l.waited_ms <= (q.body #>> '{target,withinS}')::numeric * 1000,
      coalesce(l.why = 'abandoned' and l.waited_ms < (q.body #>> '{target,shortAbandonS}')::numeric * 1000, false)
    from tenant.contact_facts q
    join tenant.contacts c on c.tenant_id = q.tenant_id and c.id = q.contact_id and q.seq <= c.facts_folded
    left join lateral (
      select f.at, f.body ->> 'why' as why, (f.body ->> 'waitedMs')::bigint as waited_ms from tenant.contact_facts f
      where f.tenant_id = q.tenant_id and f.contact_id = q.contact_id and f.type = 'left_queue' and f.seq > q.seq
        and f.seq <= c.facts_folded
      order by f.seq limit 1) l on true
    where q.tenant_id = client and q.type = 'queued';
  end loop;
  perform set_config('app.tenant_id', '', true);
end $$;
