-- Publishing asks which customers have changed since it last told the callers' objects of them.
create index customers_by_change on tenant.customers (tenant_id, updated_at);
