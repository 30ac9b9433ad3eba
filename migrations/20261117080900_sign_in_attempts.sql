-- Failed sign-ins, so that guessing gets slower on every server at once. No lock cost: a new, empty table.
create table house.sign_in_attempts (
  key_hash text primary key check (key_hash ~ '^[0-9a-f]{64}$'),
  failures int not null,
  tried_at timestamptz not null,
  blocked_until timestamptz not null
);
create index sign_in_attempts_by_age on house.sign_in_attempts (tried_at);
comment on table house.sign_in_attempts is
  'One row per account and network that failed to sign in, by hash: free -> blocked until an instant that doubles with '
  'each failure up to five minutes -> free. Success removes it; no account is ever locked for good, or a rival could lock '
  'out a floor.';

grant select, insert, update, delete on house.sign_in_attempts to callhouse_operator;
