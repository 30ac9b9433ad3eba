-- A run counted the usage that no charge asks for, told whoever had asked for the run, and kept it nowhere: the list of what is
-- to be looked at knew nothing of it. The draft keeps what its run told.
alter table tenant.invoices add column not_charged jsonb check (jsonb_typeof(not_charged) = 'object');
comment on column tenant.invoices.not_charged is
  'Usage of the month that no charge of the contract asks for, records by kind, as the run counted them that made the draft what it '
  'is. Null until a run has: a draft without it is made anew by the next.';
