-- A waiting caller may be taken by a number outside the house: an outcome, a party and an end of its own.

alter table tenant.contacts
  drop constraint contacts_outcome_check,
  drop constraint contacts_ended_by_check,
  add constraint contacts_outcome_check check (outcome in
    ('answered', 'transferred_out', 'abandoned', 'voicemail', 'self_service', 'closed', 'rejected', 'failed')),
  add constraint contacts_ended_by_check check (ended_by in ('caller', 'agent', 'outside', 'house'));
alter table tenant.contact_legs
  drop constraint contact_legs_party_check,
  add constraint contact_legs_party_check check (party in ('caller', 'agent', 'outside'));
