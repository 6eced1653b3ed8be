-- Grain: one source record as it stands
-- What: what a report groups by, and the person that the record is linked to
-- Why: whom linkage finds less often, and persons that look like two
-- Cost: one pass over ident.source_record and ident.crosswalk
SELECT
    s.record_key,
    s.system_code,
    s.name_kanji,
    s.name_kana,
    s.birth_date,
    s.sex_code,
    s.address,
    s.is_foreign,
    x.person_key,
    x.rule_code
FROM ident.source_record AS s
INNER JOIN ident.crosswalk AS x
    ON x.record_key = s.record_key
    AND x.known_to_utc = '9999-12-31'
WHERE s.known_to_utc = '9999-12-31'
ORDER BY s.record_key
