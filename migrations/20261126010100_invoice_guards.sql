-- What holds a final invoice still, whoever asks: the app role, a tool, a person with a console. Each guard says what it
-- refuses; the verbs check the same beforehand and answer in words.

create function tenant.guard_invoice() returns trigger language plpgsql set search_path = '' as $$
declare
  moved text := old.status || '>' || new.status;
  free text[] := case moved
    when 'draft>approved' then array['status', 'approved_by', 'approved_at']
    when 'approved>draft' then array['status', 'approved_by', 'approved_at']
    when 'approved>finalized' then array['status', 'series', 'number', 'issued_on', 'due_on', 'buyer', 'seller',
      'prepaid_minor', 'due_minor', 'finalized_by', 'finalized_at']
    when 'draft>discarded' then array['status', 'discarded_by', 'discarded_at', 'discard_reason']
    when 'finalized>credited' then array['status']
    else array[]::text[]
  end;
  fixed text[] := array['id', 'contract_id', 'period_start', 'period_end', 'time_zone', 'currency', 'series',
    'number', 'issued_on', 'due_on', 'prepaid_minor', 'approved_by', 'finalized_by', 'finalized_at', 'discarded_at', 'replaces_id'];
begin
  if moved = 'draft>draft' then
    if exists (select from jsonb_each(to_jsonb(old)) o join jsonb_each(to_jsonb(new)) n using (key)
               where o.key = any (fixed) and o.value is distinct from n.value) then
      raise exception 'this of a draft is never changed' using errcode = 'restrict_violation';
    end if;
    return new;
  end if;
  -- Columns that are computed hold nothing yet when a BEFORE trigger runs.
  if (to_jsonb(old) - free - array['gross_minor', 'due_minor']) is distinct from (to_jsonb(new) - free - array['gross_minor', 'due_minor']) then
    raise exception 'an invoice that is no draft is never changed, nor does one go from % to %', old.status, new.status
      using errcode = 'restrict_violation';
  end if;
  if moved = 'finalized>credited' and new.total_minor is distinct from (
      select sum(net_minor) from tenant.credit_notes where tenant_id = new.tenant_id and invoice_id = new.id) then
    raise exception 'an invoice is credited when its notes come to all of it' using errcode = 'restrict_violation';
  end if;
  if moved = 'draft>approved' then perform tenant.assert_invoice_adds_up(new.tenant_id, new.id, new.total_minor, new.tax_minor); end if;
  return new;
end $$;
comment on function tenant.guard_invoice is
  'Trigger: the states of an invoice and what each step may change. Once approved its contents are fixed; once final, all of it.';

create function tenant.assert_invoice_adds_up(of_tenant uuid, of_invoice uuid, net bigint, tax bigint) returns void
language plpgsql set search_path = '' as $$
begin
  if net is distinct from (select coalesce(sum(amount_minor), 0) from tenant.invoice_lines where tenant_id = of_tenant and invoice_id = of_invoice)
    or tax is distinct from (select coalesce(sum(tax_minor), 0) from tenant.invoice_taxes where tenant_id = of_tenant and invoice_id = of_invoice) then
    raise exception 'an invoice is the sum of its lines and taxes' using errcode = 'restrict_violation';
  end if;
end $$;

create function tenant.guard_new_invoice() returns trigger language plpgsql set search_path = '' as $$
begin
  if new.status <> 'draft' or new.approved_by is not null or new.number is not null then
    raise exception 'an invoice begins as a draft' using errcode = 'restrict_violation';
  end if;
  return new;
end $$;

create trigger a_guard before update on tenant.invoices for each row execute function tenant.guard_invoice();
create trigger begins_as_draft before insert on tenant.invoices for each row execute function tenant.guard_new_invoice();
create trigger kept before delete on tenant.invoices for each row execute function tenant.refuse_change();
revoke delete on tenant.invoices from callhouse_app;

-- Row by row for lines and taxes, which are few. The share lock makes an approval wait for a run that is writing, and the
-- other way round; a row that moves from one invoice to another is asked about both.
create or replace function tenant.refuse_unless_draft() returns trigger language plpgsql set search_path = '' as $$
declare
  touched uuid[] := case tg_op when 'INSERT' then array[new.invoice_id] when 'DELETE' then array[old.invoice_id]
    else array[old.invoice_id, new.invoice_id] end;
  touched_tenant uuid := case when tg_op = 'DELETE' then old.tenant_id else new.tenant_id end;
begin
  if exists (select from (select i.status from tenant.invoices i where i.tenant_id = touched_tenant and i.id = any (touched)
             for share) s where s.status <> 'draft') then
    raise exception 'lines and taxes of an invoice that is no draft are never changed' using errcode = 'restrict_violation';
  end if;
  return case when tg_op = 'DELETE' then old else new end;
end $$;
create trigger only_in_a_draft before insert or update or delete on tenant.invoice_taxes
  for each row execute function tenant.refuse_unless_draft();

-- Sources are many: one look for each statement.
create function tenant.refuse_sources_unless_draft() returns trigger language plpgsql set search_path = '' as $$
begin
  if exists (select from (select distinct tenant_id, line_id from touched) t
    join tenant.invoice_lines l on l.tenant_id = t.tenant_id and l.id = t.line_id
    join tenant.invoices i on i.tenant_id = l.tenant_id and i.id = l.invoice_id where i.status <> 'draft') then
    raise exception 'the sources of an invoice that is no draft are never changed' using errcode = 'restrict_violation';
  end if;
  return null;
end $$;
create trigger inserted_only_in_a_draft after insert on tenant.invoice_line_sources referencing new table as touched
  for each statement execute function tenant.refuse_sources_unless_draft();
create trigger deleted_only_in_a_draft after delete on tenant.invoice_line_sources referencing old table as touched
  for each statement execute function tenant.refuse_sources_unless_draft();
create trigger left_only_in_a_draft after update on tenant.invoice_line_sources referencing old table as touched
  for each statement execute function tenant.refuse_sources_unless_draft();
create trigger joined_only_in_a_draft after update on tenant.invoice_line_sources referencing new table as touched
  for each statement execute function tenant.refuse_sources_unless_draft();

-- Numbers. Taken by the triggers below and by nothing else: nobody but the owner may execute this, so a number exists
-- exactly when its document does. The row lock of the series makes finalisations take turns for that short moment.
create function house.take_number(of_series text, of_tenant uuid, of_document text, of_id uuid) returns bigint
language plpgsql security definer set search_path = '' as $$
declare taken bigint;
begin
  insert into house.invoice_series as s (series, last) values (of_series, 1)
    on conflict (series) do update set last = s.last + 1 returning last into taken;
  insert into house.invoice_numbers (series, number, tenant_id, document, document_id)
    values (of_series, taken, of_tenant, of_document, of_id);
  return taken;
end $$;

create function tenant.number_invoice() returns trigger language plpgsql security definer set search_path = '' as $$
begin
  new.number := house.take_number(new.series, new.tenant_id, 'invoice', new.id);
  return new;
end $$;
create function tenant.number_credit_note() returns trigger language plpgsql security definer set search_path = '' as $$
begin
  new.number := house.take_number(new.series, new.tenant_id, 'credit_note', new.id);
  return new;
end $$;
create trigger b_number before update on tenant.invoices for each row
  when (old.status = 'approved' and new.status = 'finalized') execute function tenant.number_invoice();
create trigger numbered before insert on tenant.credit_notes for each row execute function tenant.number_credit_note();
comment on function house.take_number is 'The next number of a series and its place in the register, in the caller''s transaction.';

-- Credit notes: never changed, never more than the invoice.
create function tenant.guard_credit_line() returns trigger language plpgsql set search_path = '' as $$
declare
  line tenant.invoice_lines;
  note tenant.credit_notes;
  credited bigint;
begin
  select * into line from tenant.invoice_lines l where l.tenant_id = new.tenant_id and l.id = new.line_id;
  select * into note from tenant.credit_notes n where n.tenant_id = new.tenant_id and n.id = new.credit_note_id;
  -- What does not exist is for the foreign key to refuse, in the same words for everybody.
  if line.id is null or note.id is null then return new; end if;
  perform from tenant.invoices i where i.tenant_id = new.tenant_id and i.id = note.invoice_id and i.status = 'finalized' for update;
  if not found or line.invoice_id <> note.invoice_id then
    raise exception 'a note credits lines of its own final invoice' using errcode = 'restrict_violation';
  end if;
  select coalesce(sum(c.net_minor), 0) + new.net_minor into credited from tenant.credit_note_lines c
    where c.tenant_id = new.tenant_id and c.line_id = new.line_id;
  if sign(new.net_minor) <> sign(line.amount_minor) or abs(credited) > abs(line.amount_minor) then
    raise exception 'no more of a line is credited than it came to' using errcode = 'restrict_violation';
  end if;
  return new;
end $$;
create trigger a_within_its_line before insert on tenant.credit_note_lines for each row execute function tenant.guard_credit_line();

create function tenant.assert_credit_note_adds_up() returns trigger language plpgsql set search_path = '' as $$
declare
  note_id uuid := coalesce(to_jsonb(new) ->> 'credit_note_id', to_jsonb(new) ->> 'id');
  note tenant.credit_notes;
begin
  select * into note from tenant.credit_notes n where n.tenant_id = new.tenant_id and n.id = note_id;
  if note.net_minor is distinct from (
      select sum(l.net_minor) from tenant.credit_note_lines l where l.tenant_id = new.tenant_id and l.credit_note_id = note_id)
    or note.tax_minor is distinct from (
      select coalesce(sum(t.tax_minor), 0) from tenant.credit_note_taxes t where t.tenant_id = new.tenant_id and t.credit_note_id = note_id) then
    raise exception 'a credit note is the sum of its lines and taxes' using errcode = 'restrict_violation';
  end if;
  if exists (
      select from (
        select t.category, t.rate, sum(t.tax_minor) as tax, sum(t.base_minor) as base from tenant.credit_note_taxes t
        join tenant.credit_notes n on n.tenant_id = t.tenant_id and n.id = t.credit_note_id
        where n.tenant_id = new.tenant_id and n.invoice_id = note.invoice_id group by t.category, t.rate) c
      left join tenant.invoice_taxes x on x.tenant_id = new.tenant_id and x.invoice_id = note.invoice_id
        and x.category = c.category and x.rate = c.rate
      where abs(c.tax) > abs(coalesce(x.tax_minor, 0)) or abs(c.base) > abs(coalesce(x.base_minor, 0)))
    or (select abs(sum(n.net_minor)) > abs(i.total_minor) from tenant.credit_notes n
        join tenant.invoices i on i.tenant_id = n.tenant_id and i.id = n.invoice_id
        where n.tenant_id = new.tenant_id and n.invoice_id = note.invoice_id group by i.total_minor) then
    raise exception 'all credit notes together never exceed their invoice, nor any group of its tax' using errcode = 'restrict_violation';
  end if;
  return null;
end $$;
do $$
declare name text;
begin
  foreach name in array array['credit_notes', 'credit_note_lines', 'credit_note_taxes'] loop
    execute format('create constraint trigger adds_up after insert on tenant.%I deferrable initially deferred
      for each row execute function tenant.assert_credit_note_adds_up()', name);
  end loop;
  foreach name in array array['credit_notes', 'credit_note_lines', 'credit_note_taxes', 'prepaid_credits', 'prepaid_draws', 'write_offs'] loop
    execute format('create trigger immutable before update or delete on tenant.%I for each row execute function tenant.refuse_change()', name);
  end loop;
end $$;

-- A decided dispute, a resolved exception and an issued fapiao are history.
create function tenant.refuse_when_settled() returns trigger language plpgsql set search_path = '' as $$
declare settled text[] := array['accepted', 'rejected', 'withdrawn', 'resolved', 'issued'];
begin
  if to_jsonb(old) ->> 'state' = any (settled) and to_jsonb(old) is distinct from to_jsonb(new) then
    raise exception 'what is settled is not changed' using errcode = 'restrict_violation';
  end if;
  return new;
end $$;
do $$
declare name text;
begin
  foreach name in array array['disputes', 'usage_exceptions', 'fapiaos'] loop
    execute format('create trigger settled_stays before update on tenant.%I for each row execute function tenant.refuse_when_settled()', name);
  end loop;
end $$;

create function tenant.guard_draw() returns trigger language plpgsql set search_path = '' as $$
declare bought bigint;
begin
  select amount_minor into bought from tenant.prepaid_credits where tenant_id = new.tenant_id and id = new.credit_id;
  perform pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended('prepaid:' || new.tenant_id, 0));
  if new.amount_minor + (select coalesce(sum(amount_minor), 0) from tenant.prepaid_draws
      where tenant_id = new.tenant_id and credit_id = new.credit_id) > bought then
    raise exception 'no more is drawn from a credit than was bought' using errcode = 'restrict_violation';
  end if;
  return new;
end $$;
create trigger a_within_its_credit before insert on tenant.prepaid_draws for each row execute function tenant.guard_draw();

revoke all on function tenant.guard_invoice, tenant.assert_invoice_adds_up, tenant.guard_new_invoice,
  tenant.refuse_sources_unless_draft, house.take_number, tenant.number_invoice, tenant.number_credit_note,
  tenant.guard_credit_line, tenant.assert_credit_note_adds_up, tenant.refuse_when_settled, tenant.guard_draw from public;
grant execute on function tenant.assert_invoice_adds_up to callhouse_app;
