-- Every usage record as a contract rates it, once and for all months alike: an invoice is drafted from sums over these rows,
-- and a record that comes late adds a row instead of rewriting what follows. A line no longer lists its usage: it names
-- its charge and, where only a part of the charge's quantity is its own, the first and the last record of that part.

create table tenant.rated_items (
  tenant_id uuid not null,
  contract_id uuid not null,
  usage_id uuid not null,
  charge_id uuid,
  reason text check (reason ~ '^[a-z_]{1,40}$'),
  kind text not null,
  occurred_at timestamptz not null,
  rated_at timestamptz not null default clock_timestamp(),
  contact_id uuid,
  part text,
  quantity bigint not null check (quantity >= 0),
  billed_s int check (billed_s >= 0),
  cost_s int check (cost_s >= 0),
  amount_num numeric,
  cost_num numeric,
  sale_minor bigint,
  primary key (tenant_id, usage_id, contract_id),
  check ((charge_id is null) = (reason is not null))
);
create index rated_by_charge on tenant.rated_items (tenant_id, contract_id, charge_id, occurred_at, usage_id);
comment on table tenant.rated_items is
  'One row for each usage record and contract: either the charge it is given to, with its exact worth over the charge''s '
  'denominator, or the reason why no charge takes it. Written from tenant.usage alone, which never changes, so that it is made '
  'again at will while its month is a draft. No foreign keys: rows come by the hundred thousand, copied from rows that '
  'are never deleted.';
comment on column tenant.rated_items.amount_num is
  'Exact worth over the denominator that the charge''s prices share; null where only the month''s quantity has a price.';

create table tenant.rated_months (
  tenant_id uuid not null,
  contract_id uuid not null,
  period_start date not null,
  terms_hash text not null check (terms_hash ~ '^[0-9a-f]{64}$'),
  rated_until timestamptz not null,
  rows bigint not null check (rows >= 0),
  primary key (tenant_id, contract_id, period_start),
  foreign key (tenant_id, contract_id) references tenant.contracts (tenant_id, id)
);
comment on table tenant.rated_months is
  'Under which terms the rated items of a month were made, how many there are, and up to which receipt usage was looked at. '
  'As many as there is usage means that nothing is left to rate; other terms make them anew.';

alter table tenant.invoice_lines
  add column behind text not null default 'listed' check (behind in ('listed', 'none', 'own', 'quantity')),
  add column part text,
  add column each_num numeric,
  add column first_at timestamptz,
  add column first_id uuid,
  add column first_quantity bigint,
  add column last_at timestamptz,
  add column last_id uuid,
  add column last_quantity bigint,
  add constraint behind_is_whole check ((behind = 'quantity') = (each_num is not null)
    and (first_id is null) = (first_at is null) and (last_id is null) = (last_at is null));
comment on column tenant.invoice_lines.behind is
  'listed: tenant.invoice_line_sources names its usage. none: no event stands behind it. own: each rated item of its charge and '
  'month with its own amount. quantity: those from first to last, by time and then id, each unit at each_num / exact_den; the '
  'first and the last with a part of their quantity.';

do $$
declare name text;
begin
  foreach name in array array['rated_items', 'rated_months'] loop
    execute format('alter table tenant.%I enable row level security', name);
    execute format('alter table tenant.%I force row level security', name);
    execute format('create policy own_rows on tenant.%I for all
      using (tenant_id = (select nullif(current_setting(''app.tenant_id'', true), '''')::uuid))
      with check (tenant_id = (select nullif(current_setting(''app.tenant_id'', true), '''')::uuid))', name);
    execute format('grant select, insert, update, delete on tenant.%I to callhouse_app', name);
  end loop;
end $$;
revoke update on tenant.rated_items from callhouse_app;

-- The usage behind every line, listed or told by rule, as of the invoice's own cutoff.
create view tenant.line_usage with (security_invoker = true) as
select s.tenant_id, s.line_id, s.usage_id, u.occurred_at, u.contact_id, s.quantity, s.billed_s, s.amount_num
from tenant.invoice_line_sources s join tenant.usage u on u.tenant_id = s.tenant_id and u.id = s.usage_id
union all
select l.tenant_id, l.id, r.usage_id, r.occurred_at, r.contact_id, q.quantity, case when l.behind = 'own' then r.billed_s end,
  case when l.behind = 'own' then coalesce(r.amount_num, 0) else q.quantity * l.each_num end
from tenant.rated_items r
join tenant.invoice_lines l on l.tenant_id = r.tenant_id and l.charge_id = r.charge_id and l.kind = 'charge' and l.behind in ('own', 'quantity')
  and (l.part is null or l.part = r.part)
  and (l.first_id is null or (r.occurred_at, r.usage_id) >= (l.first_at, l.first_id))
  and (l.last_id is null or (r.occurred_at, r.usage_id) <= (l.last_at, l.last_id))
join tenant.invoices i on i.tenant_id = l.tenant_id and i.id = l.invoice_id and i.contract_id = r.contract_id
  and r.occurred_at >= i.period_start::timestamp at time zone i.time_zone
  and r.occurred_at < i.period_end::timestamp at time zone i.time_zone and r.rated_at < i.cutoff
cross join lateral (select case when l.behind = 'own' then r.quantity when r.usage_id = l.first_id then l.first_quantity
  when r.usage_id = l.last_id then l.last_quantity else r.quantity end as quantity) q
where not exists (select from tenant.usage c where c.tenant_id = r.tenant_id and c.corrects_id = r.usage_id and c.received_at < i.cutoff
    and not exists (select from tenant.usage_exceptions e where e.tenant_id = c.tenant_id and e.usage_id = c.id
      and (e.resolution = 'excluded' and e.resolved_at < i.cutoff or e.state = 'open' and e.reason = 'late')))
  and not exists (select from tenant.usage_exceptions e where e.tenant_id = r.tenant_id and e.usage_id = r.usage_id
    and (e.resolution = 'excluded' and e.resolved_at < i.cutoff or e.state = 'open' and e.reason = 'late'));
grant select on tenant.line_usage to callhouse_app;
comment on view tenant.line_usage is 'Which usage stands behind a line and with how much: parts of a line sum to its exact amount.';
create index lines_of_charge on tenant.invoice_lines (tenant_id, charge_id);
