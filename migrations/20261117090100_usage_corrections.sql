-- Every run of a month leaves out usage that a later row corrects. Corrections are few: the index holds those alone, and
-- building it reads the table once (no lock matters before the first release).

create index usage_corrections on tenant.usage (tenant_id, corrects_id) where corrects_id is not null;
