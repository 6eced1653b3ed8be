-- Grain: one pair of records that the linker leaves to a person
-- What: empties the queue
-- Why: every run of linkage writes it anew
-- Cost: ident.link_candidate
DELETE FROM ident.link_candidate
