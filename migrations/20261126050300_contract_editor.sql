-- Contracts are written in the console too: the house's price cards, drafts of the next version, and the guard that a
-- version in use is never changed, whoever asks.

create table house.rate_cards (
  slug text not null check (slug ~ '^[a-z][a-z0-9-]{0,39}$'),
  version int not null check (version > 0),
  name_zh text not null check (length(name_zh) between 1 and 80),
  name_en text not null check (length(name_en) between 1 and 80),
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  charges jsonb not null,
  published_by text not null,
  published_at timestamptz not null default now(),
  primary key (slug, version)
);
comment on table house.rate_cards is
  'The house''s own prices, in versions that are never changed. A contract version names one and what it has otherwise; the '
  'resolved charges are copied into the contract, so a later card changes no contract.';
grant select, insert on house.rate_cards to callhouse_operator;

alter table tenant.contract_versions
  add column source text not null default 'file' check (source in ('file', 'console')),
  add column published_by text,
  add column card text,
  add column card_version int check (card_version > 0),
  add column overrides jsonb,
  add constraint card_is_whole check ((card is null) = (card_version is null) and (card is null) = (overrides is null));
comment on column tenant.contract_versions.source is
  'file: from tenants/, and the files are compared with it. console: published by a person; from then on the files leave the contract alone.';

create table tenant.contract_drafts (
  tenant_id uuid not null,
  contract_id uuid not null,
  valid_from date not null,
  charges jsonb not null,
  card text,
  card_version int,
  saved_by text not null,
  saved_at timestamptz not null default now(),
  primary key (tenant_id, contract_id),
  foreign key (tenant_id, contract_id) references tenant.contracts (tenant_id, id)
);
comment on table tenant.contract_drafts is 'The next version of a contract while it is being written: one for each contract, gone when it is published.';
alter table tenant.contract_drafts enable row level security;
alter table tenant.contract_drafts force row level security;
create policy own_rows on tenant.contract_drafts for all
  using (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))
  with check (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid));
grant select, insert, update, delete on tenant.contract_drafts to callhouse_app;

create function tenant.guard_contract_version() returns trigger language plpgsql set search_path = '' as $$
declare
  changed daterange := case when tg_op = 'INSERT' then new.valid
    else pg_catalog.daterange(least(coalesce(upper(old.valid), 'infinity'), coalesce(upper(new.valid), 'infinity')), null) end;
begin
  if tg_op = 'UPDATE' and ((to_jsonb(old) - 'valid') is distinct from (to_jsonb(new) - 'valid') or lower(old.valid) <> lower(new.valid)) then
    raise exception 'a version is never changed, only ended' using errcode = 'restrict_violation';
  end if;
  if exists (select from tenant.invoices i where i.tenant_id = new.tenant_id and i.contract_id = new.contract_id
      and i.status in ('approved', 'finalized') and pg_catalog.daterange(i.period_start, i.period_end) && changed) then
    raise exception 'a month that has been billed keeps its terms' using errcode = 'restrict_violation';
  end if;
  return new;
end $$;
comment on function tenant.guard_contract_version is
  'Trigger: a version may only be ended, and no change may reach a month whose invoice is approved or final.';
revoke all on function tenant.guard_contract_version from public;
create trigger kept before insert or update on tenant.contract_versions for each row execute function tenant.guard_contract_version();
create trigger never_deleted before delete on tenant.contract_versions for each row execute function tenant.refuse_change();
