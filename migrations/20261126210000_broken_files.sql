-- A partner's file of which parts never came holds its statement back, so there must be a way to say that nobody waits for it any
-- more: its parts, which never counted, are thrown away. Who did it and what they were stands in the audit.

create function tenant.refuse_unless_broken_off() returns trigger language plpgsql set search_path = '' as $$
begin
  if (select count(*) from tenant.settlement_files f where f.tenant_id = old.tenant_id and f.statement_id = old.statement_id
      and coalesce(f.file_key, f.content_hash) = coalesce(old.file_key, old.content_hash)) >= old.parts then
    raise exception 'a file that is here whole is never taken away' using errcode = 'restrict_violation';
  end if;
  if (select s.status from tenant.settlement_statements s where s.tenant_id = old.tenant_id and s.id = old.statement_id) <> 'draft' then
    raise exception 'the files of a statement that is no draft are never taken away' using errcode = 'restrict_violation';
  end if;
  return old;
end $$;
comment on function tenant.refuse_unless_broken_off is
  'Trigger of settlement_files: of a draft''s files only one of which parts are missing may be thrown away.';

drop trigger immutable on tenant.settlement_files;
create trigger immutable before update on tenant.settlement_files for each row execute function tenant.refuse_change();
create trigger only_broken_off before delete on tenant.settlement_files for each row execute function tenant.refuse_unless_broken_off();
grant delete on tenant.settlement_files to callhouse_app;
comment on table tenant.settlement_files is
  'Parts of the partner''s own files as they were sent; the same part twice is one. A file counts once all its parts are here. Never '
  'changed; one of which parts are missing may be thrown away while its statement is a draft.';
