-- A partner's long file comes in parts. They are counted together, once the last has come: half a file looks like parcels and
-- calls that the partner has forgotten. The file's key and the part's number make sending it again the same file.

alter table tenant.settlement_files
  add column file_key text check (file_key ~ '^[0-9a-f]{64}$'),
  add column part int not null default 1,
  add column parts int not null default 1,
  add constraint part_of_its_file check (part between 1 and parts and parts <= 500 and (parts = 1 or file_key is not null)),
  drop constraint settlement_files_tenant_id_statement_id_content_hash_key;
create unique index one_part on tenant.settlement_files (tenant_id, statement_id, coalesce(file_key, content_hash), part);
comment on table tenant.settlement_files is
  'Parts of the partner''s own files as they were sent; the same part twice is one. A file counts once all its parts are here. Never '
  'changed.';
comment on column tenant.settlement_files.file_key is
  'Names the whole file, by its contents; null where it came in one part, which then names it.';
