-- What is still owed on an invoice is asked in many places and must be one number. Payments stand in tables of their own;
-- whoever makes those replaces tenant.paid_minor by the sum of what they settle. A credit note, a write-off and a payment
-- lower what is owed, and nothing else does.

create function tenant.paid_minor(of_invoice uuid) returns bigint language sql stable set search_path = '' as $$
  select 0::bigint
$$;
comment on function tenant.paid_minor is 'Gross minor units of an invoice that payments have settled, of the tenant in scope.';

create function tenant.open_minor(of_invoice uuid) returns bigint language sql stable set search_path = '' as $$
  select case when i.status in ('finalized', 'credited') then i.due_minor
      - coalesce((select sum(n.gross_minor) from tenant.credit_notes n where n.tenant_id = i.tenant_id and n.invoice_id = i.id), 0)
      - coalesce((select sum(w.amount_minor) from tenant.write_offs w where w.tenant_id = i.tenant_id and w.invoice_id = i.id), 0)
      - tenant.paid_minor(i.id)
    else 0 end::bigint
  from tenant.invoices i
  where i.id = of_invoice and i.tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid)
$$;
comment on function tenant.open_minor is
  'What is still owed on a final invoice; below zero when more was credited than owed, which is then the client''s credit.';
revoke all on function tenant.paid_minor, tenant.open_minor from public;
grant execute on function tenant.paid_minor, tenant.open_minor to callhouse_app;
