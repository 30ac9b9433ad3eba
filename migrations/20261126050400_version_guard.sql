-- A row that would leave its tenant is for the policy to refuse, in the same words for every table.

create or replace function tenant.guard_contract_version() returns trigger language plpgsql set search_path = '' as $$
declare
  changed daterange := case when tg_op = 'INSERT' then new.valid
    else pg_catalog.daterange(least(coalesce(upper(old.valid), 'infinity'), coalesce(upper(new.valid), 'infinity')), null) end;
begin
  if tg_op = 'UPDATE' and new.tenant_id <> old.tenant_id then return new; end if;
  if tg_op = 'UPDATE' and ((to_jsonb(old) - 'valid') is distinct from (to_jsonb(new) - 'valid') or lower(old.valid) <> lower(new.valid)) then
    raise exception 'a version is never changed, only ended' using errcode = 'restrict_violation';
  end if;
  if exists (select from tenant.invoices i where i.tenant_id = new.tenant_id and i.contract_id = new.contract_id
      and i.status in ('approved', 'finalized') and pg_catalog.daterange(i.period_start, i.period_end) && changed) then
    raise exception 'a month that has been billed keeps its terms' using errcode = 'restrict_violation';
  end if;
  return new;
end $$;
