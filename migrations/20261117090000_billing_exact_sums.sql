-- Each contact's exact part of a line, so that a page can open any line and its parts add up without rounding again.
-- All parts of one line stand over the line's own denominator: then SQL can sum and compare whole numbers. numeric and
-- not bigint, because a denominator is a product of decimals and increments; no query filters on these columns, so that
-- numeric is not leakproof costs nothing here. The tables are empty at this point; no lock matters.

alter table tenant.invoice_lines
  add column exact_num numeric not null,
  add column exact_den numeric not null check (exact_den > 0),
  -- A refresh moves lines past one another; only the end of the transaction must have each place once.
  drop constraint invoice_lines_tenant_id_invoice_id_position_key,
  add constraint one_line_a_position unique (tenant_id, invoice_id, position) deferrable initially deferred;
comment on column tenant.invoice_lines.exact_num is 'Exact amount in major units is exact_num / exact_den; amount_minor is its one rounding.';

alter table tenant.invoice_line_sources
  add column quantity bigint not null check (quantity >= 0),
  add column billed_s int check (billed_s >= 0),
  add column amount_num numeric not null;
comment on column tenant.invoice_line_sources.amount_num is
  'This usage''s exact part of the line, over the line''s exact_den: the parts of a line sum to its exact_num.';
comment on column tenant.invoice_line_sources.quantity is
  'The part of the usage''s quantity that this line charges: an event across a tier boundary stands in two lines.';
