-- What is paid by the month needs to know since when it is there. Both columns have constant or nullable defaults: no table
-- is rewritten.

alter table tenant.numbers add column in_service_from timestamptz not null default now();
comment on column tenant.numbers.in_service_from is 'Since when the number is the tenant''s; until retired_at it is paid by the month.';

alter table tenant.recordings add column bytes bigint check (bytes >= 0);
comment on column tenant.recordings.bytes is
  'Size in blob storage, as the store said it; null for recordings from before it was asked. Storage is billed from it.';
