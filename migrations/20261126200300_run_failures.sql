-- Why a run failed, as a code that pages say in the reader's language; `error` keeps the technical detail for who runs the house.

alter table tenant.invoice_runs
  add column failure text check (failure in ('terms_unreadable', 'database_refused', 'unexpected'));
comment on column tenant.invoice_runs.failure is
  'terms_unreadable: the contract''s charges are not as described. database_refused: a rule of the database forbids the draft. '
  'unexpected: a fault of the programme. Null unless the run failed; error has the detail.';
