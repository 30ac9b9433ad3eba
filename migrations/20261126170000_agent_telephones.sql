-- Agents who talk on a telephone outside the house instead of in the browser.

alter table house.agents
  add column telephone text check (telephone ~ '^\+[1-9][0-9]{6,14}$'),
  add column telephone_rings text not null default 'on_accept' check (telephone_rings in ('on_accept', 'at_once')),
  add column version int not null default 1 check (version > 0),
  add column filed jsonb,
  add column changed_at timestamptz,
  add column changed_by text;
comment on column house.agents.telephone is
  'The outside telephone that is the agent''s only ear, E.164; null for the browser phone.';
comment on column house.agents.telephone_rings is
  'on_accept: rings once the offer is accepted on the desktop. at_once: rings with the offer, and picking it up accepts.';
comment on column house.agents.filed is
  'What the files last said of the telephone: where a column differs, a supervisor changed it at changed_at (changed_by), and '
  'the files do not undo it. version grows by one with each change.';
