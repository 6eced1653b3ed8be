-- Grain: one record of one person
-- What: the links of a person that stand, each with the last version of its record
-- Why: whoever decides sees all that is held to be one person
-- Cost: the records of one person by ident.crosswalk
SELECT
    x.record_key,
    x.person_key,
    x.rule_code,
    x.evidence,
    x.decided_by,
    x.linker_version,
    x.known_from_utc AS link_known_from_utc,
    s.feed,
    s.system_code,
    s.source_id,
    s.name_kanji,
    s.name_kana,
    s.birth_date,
    s.sex_code,
    s.address,
    s.guardian_name,
    s.household_number,
    s.resident_number,
    s.known_from_utc
FROM ident.crosswalk AS x
INNER JOIN ident.source_record AS s
    ON s.record_key = x.record_key
    AND s.known_to_utc = '9999-12-31'
WHERE x.person_key = @person_key
    AND x.known_to_utc = '9999-12-31'
ORDER BY x.record_key
