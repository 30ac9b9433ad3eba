-- What payments have settled of an invoice is now asked of their allocations: the invoice's page, a write-off and a reminder
-- then speak of one open amount. The function is replaced in place; no table is touched and no lock is held.

create or replace function tenant.paid_minor(of_invoice uuid) returns bigint language sql stable set search_path = '' as $$
  select coalesce(sum(a.amount_minor), 0)::bigint from tenant.payment_allocations a
  where a.invoice_id = of_invoice and a.tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid)
$$;
