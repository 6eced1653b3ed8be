-- Grain: one link of one record that ended
-- What: how a record was linked before a decision
-- Why: an undo brings the link back with its rule and evidence
-- Cost: one key of ident.crosswalk
SELECT
    x.record_key,
    x.person_key,
    x.rule_code,
    x.evidence,
    x.decided_by,
    x.linker_version
FROM ident.crosswalk AS x
WHERE x.record_key = @record_key
    AND x.person_key = @person_key
    AND x.known_to_utc = @known_to_utc
