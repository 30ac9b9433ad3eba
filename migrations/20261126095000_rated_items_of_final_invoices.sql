-- The lines of a final invoice name the rated items behind them by rule, so those items are as final as the invoice: the app
-- role may not take one away, nor say that one was rated earlier than it was.

create function tenant.refuse_rated_of_final() returns trigger language plpgsql set search_path = '' as $$
begin
  if exists (select from touched t join tenant.invoices i on i.tenant_id = t.tenant_id and i.contract_id = t.contract_id
      and i.status in ('approved', 'finalized', 'credited') and t.rated_at < i.cutoff
      and t.occurred_at >= i.period_start::timestamp at time zone i.time_zone
      and t.occurred_at < i.period_end::timestamp at time zone i.time_zone
    where t.charge_id is not null) then
    raise exception 'what stands behind an invoice that is no draft is never changed' using errcode = 'restrict_violation';
  end if;
  return null;
end $$;
revoke all on function tenant.refuse_rated_of_final from public;
create trigger kept_when_final after delete on tenant.rated_items referencing old table as touched
  for each statement execute function tenant.refuse_rated_of_final();
create trigger immutable before update on tenant.rated_items for each row execute function tenant.refuse_change();

revoke insert on tenant.rated_items from callhouse_app;
grant insert (tenant_id, contract_id, usage_id, charge_id, reason, kind, occurred_at, contact_id, part, quantity, billed_s,
  cost_s, amount_num, cost_num, sale_minor) on tenant.rated_items to callhouse_app;
