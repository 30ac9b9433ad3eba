-- Usage comes by the hundred thousand, and the look for its company costs as much as the row. Nobody writes it but in the
-- scope of a tenant, which the policy checks, and companies are never deleted.

alter table tenant.usage drop constraint usage_tenant_id_fkey;
