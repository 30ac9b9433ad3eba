-- Price cards come from tenants/_cards as well: from when a version holds, where it came from, and the guard that a version
-- is never changed, whoever asks.

alter table house.rate_cards
  add column valid_from date,
  add column source text not null default 'console' check (source in ('file', 'console')),
  add constraint files_say_from_when check (source = 'console' or valid_from is not null);
comment on column house.rate_cards.valid_from is
  'The local date from which clients that follow the card pay these prices; null for a card of the console, which no contract follows by itself.';
comment on column house.rate_cards.source is
  'file: from tenants/_cards, and the files are compared with it. console: published by a person.';

create function house.guard_rate_card() returns trigger language plpgsql set search_path = '' as $$
begin
  if tg_op = 'UPDATE' and (to_jsonb(old) - 'name_zh' - 'name_en') = (to_jsonb(new) - 'name_zh' - 'name_en') then
    return new;
  end if;
  raise exception 'a version of a price card is never changed' using errcode = 'restrict_violation';
end $$;
comment on function house.guard_rate_card is 'Trigger: of a card''s version only the name may be changed, and none is deleted.';
revoke all on function house.guard_rate_card from public;
create trigger immutable before update or delete on house.rate_cards for each row execute function house.guard_rate_card();
