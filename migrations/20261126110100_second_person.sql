-- A credit note and a write-off are asked for by one person and done by another. Until then nothing of the invoice moves.

create table tenant.deed_requests (
  tenant_id uuid not null,
  id uuid not null default uuidv7(),
  invoice_id uuid not null,
  what text not null check (what in ('credit', 'write_off')),
  request_key text not null check (request_key ~ '^[A-Za-z0-9:_-]{8,80}$'),
  wanted jsonb not null,
  gross_minor bigint not null check (gross_minor > 0),
  reason text not null check (length(reason) between 1 and 1000),
  state text not null default 'asked' check (state in ('asked', 'done', 'refused')),
  asked_by uuid not null,
  asked_at timestamptz not null,
  decided_by uuid,
  decided_at timestamptz,
  decision text check (length(decision) between 1 and 1000),
  done_id uuid,
  primary key (tenant_id, id),
  unique (tenant_id, request_key),
  foreign key (tenant_id, invoice_id) references tenant.invoices (tenant_id, id),
  constraint decided_with_state check ((state = 'asked') = (decided_by is null) and (state = 'asked') = (decided_at is null)),
  constraint done_names_its_deed check ((state = 'done') = (done_id is not null)),
  -- Taking one's own request back is no deed: only doing it needs another person.
  constraint four_eyes check (state <> 'done' or decided_by <> asked_by)
);
create index deed_requests_waiting on tenant.deed_requests (tenant_id, asked_at) where state = 'asked';
create index deed_requests_of_invoice on tenant.deed_requests (tenant_id, invoice_id);
comment on table tenant.deed_requests is
  'A credit note or write-off that a person asked for: asked → done (by another person) or refused. wanted is the request as it is carried out; gross_minor is what it came to when it was asked for.';
alter table tenant.deed_requests enable row level security;
alter table tenant.deed_requests force row level security;
create policy own_rows on tenant.deed_requests for all
  using (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))
  with check (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid));
grant select, insert on tenant.deed_requests to callhouse_app;
grant update (state, decided_by, decided_at, decision, done_id) on tenant.deed_requests to callhouse_app;
