-- Grain: links and persons without a source record
-- What: takes back links and persons of records that are gone
-- Why: follows etl_identity_undo
-- Cost: one pass over the identity tables
DELETE FROM ident.crosswalk
WHERE record_key NOT IN (SELECT s.record_key FROM ident.source_record AS s)
GO
DELETE FROM ident.crosswalk
WHERE person_key IN (
    SELECT p.person_key
    FROM ident.person AS p
    WHERE p.minted_record_key NOT IN (SELECT s.record_key FROM ident.source_record AS s))
GO
DELETE FROM ident.person
WHERE person_key NOT IN (SELECT x.person_key FROM ident.crosswalk AS x)
GO
DELETE FROM ident.person_profile
WHERE person_key NOT IN (SELECT p.person_key FROM ident.person AS p)
