-- A late record that moves a volume tier, a band or a capped day changes the price of every record of its month. Such a
-- correction lists the records that came or went, and names by rule all others, whose price alone is another.

alter table tenant.invoice_lines
  add column as_of timestamptz,
  drop constraint invoice_lines_behind_check,
  drop constraint behind_is_whole,
  add constraint behind_is_known check (behind in ('listed', 'none', 'own', 'quantity', 'repriced')),
  add constraint behind_is_whole check ((behind in ('quantity', 'repriced')) = (each_num is not null)
    and (behind = 'repriced') = (as_of is not null) and (behind <> 'repriced' or kind = 'adjustment')
    and (first_id is null) = (first_at is null) and (last_id is null) = (last_at is null));
comment on column tenant.invoice_lines.behind is
  'listed: tenant.invoice_line_sources names its usage. none: no event stands behind it. own: each rated item of its charge and '
  'month with its own amount. quantity: those from first to last, by time and then id, each unit at each_num / exact_den; the '
  'first and the last with a part of their quantity. repriced: an adjustment that lists what came and went, and by rule all '
  'other rated items of its charge and original month as of as_of, each unit dearer by each_num / exact_den.';
comment on column tenant.invoice_lines.as_of is 'When the original month was rated again, for an adjustment that names usage by rule.';

-- A person's late decision changes nothing of what an earlier invoice stood on: what waited at its cutoff is not behind it.
create or replace view tenant.line_usage with (security_invoker = true) as
select s.tenant_id, s.line_id, s.usage_id, u.occurred_at, u.contact_id, s.quantity, s.billed_s, s.amount_num
from tenant.invoice_line_sources s join tenant.usage u on u.tenant_id = s.tenant_id and u.id = s.usage_id
union all
select l.tenant_id, l.id, r.usage_id, r.occurred_at, r.contact_id, q.quantity, case when l.behind = 'own' then r.billed_s end,
  case l.behind when 'own' then coalesce(r.amount_num, 0) when 'repriced' then r.quantity * l.each_num else q.quantity * l.each_num end
from tenant.rated_items r
join tenant.invoice_lines l on l.tenant_id = r.tenant_id and l.charge_id = r.charge_id and l.behind in ('own', 'quantity', 'repriced')
  and (l.part is null or l.part = r.part)
  and (l.first_id is null or (r.occurred_at, r.usage_id) >= (l.first_at, l.first_id))
  and (l.last_id is null or (r.occurred_at, r.usage_id) <= (l.last_at, l.last_id))
  and (l.behind <> 'repriced' or not exists (select from tenant.invoice_line_sources s
    where s.tenant_id = l.tenant_id and s.line_id = l.id and s.usage_id = r.usage_id))
join tenant.invoices i on i.tenant_id = l.tenant_id and i.id = l.invoice_id and i.contract_id = r.contract_id
  and r.occurred_at >= coalesce(l.original_start, i.period_start)::timestamp at time zone i.time_zone
  and r.occurred_at < coalesce((l.original_start + interval '1 month')::timestamp, i.period_end::timestamp) at time zone i.time_zone
  and r.rated_at < coalesce(l.as_of, i.cutoff)
cross join lateral (select case when l.behind = 'own' then r.quantity when l.behind = 'repriced' then 0::bigint
  when r.usage_id = l.first_id then l.first_quantity when r.usage_id = l.last_id then l.last_quantity else r.quantity end as quantity) q
where not exists (select from tenant.usage c where c.tenant_id = r.tenant_id and c.corrects_id = r.usage_id
    and c.received_at < coalesce(l.as_of, i.cutoff)
    and not exists (select from tenant.usage_exceptions e where e.tenant_id = c.tenant_id and e.usage_id = c.id
      and (e.resolution = 'excluded' and e.resolved_at < coalesce(l.as_of, i.cutoff)
        or e.reason = 'late' and (e.state = 'open' or e.resolved_at >= coalesce(l.as_of, i.cutoff)))))
  and not exists (select from tenant.usage_exceptions e where e.tenant_id = r.tenant_id and e.usage_id = r.usage_id
    and (e.resolution = 'excluded' and e.resolved_at < coalesce(l.as_of, i.cutoff)
      or e.reason = 'late' and (e.state = 'open' or e.resolved_at >= coalesce(l.as_of, i.cutoff))));

-- What a final correction of a price names by rule is as final as the correction.
create or replace function tenant.refuse_rated_of_final() returns trigger language plpgsql set search_path = '' as $$
begin
  if exists (select from touched t join tenant.invoices i on i.tenant_id = t.tenant_id and i.contract_id = t.contract_id
      and i.status in ('approved', 'finalized', 'credited') and t.rated_at < i.cutoff
      and t.occurred_at >= i.period_start::timestamp at time zone i.time_zone
      and t.occurred_at < i.period_end::timestamp at time zone i.time_zone
    where t.charge_id is not null)
    or exists (select from touched t join tenant.invoice_lines l on l.tenant_id = t.tenant_id and l.charge_id = t.charge_id
      and l.behind = 'repriced' and t.rated_at < l.as_of
    join tenant.invoices i on i.tenant_id = l.tenant_id and i.id = l.invoice_id and i.contract_id = t.contract_id
      and i.status in ('approved', 'finalized', 'credited')
      and t.occurred_at >= l.original_start::timestamp at time zone i.time_zone
      and t.occurred_at < (l.original_start + interval '1 month')::timestamp at time zone i.time_zone) then
    raise exception 'what stands behind an invoice that is no draft is never changed' using errcode = 'restrict_violation';
  end if;
  return null;
end $$;
