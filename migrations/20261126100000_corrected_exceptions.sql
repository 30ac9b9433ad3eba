-- A sale without its value waits for a person; when the client tells the value, or that all came back, a correction takes the
-- usage's place and nobody has to decide any more. The list of open exceptions is short: the constraint is checked at once.

alter table tenant.usage_exceptions drop constraint usage_exceptions_resolution_check;
alter table tenant.usage_exceptions add constraint usage_exceptions_resolution_check
  check (resolution in ('rated', 'accepted', 'excluded', 'corrected'));
comment on table tenant.usage_exceptions is
  'Usage that cannot be billed by itself, with its reason: open -> resolved, as rated (a later run charged it), accepted (late '
  'usage is rated after all), excluded (a person said why it is charged nowhere) or corrected (later usage took its place). A '
  'rival came under a known source event with another content and was not stored as usage.';
