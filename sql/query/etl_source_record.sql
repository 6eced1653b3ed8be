-- Grain: one version of one source record
-- What: identity parts with the person that the record is linked to now
-- Why: linkage compares new records with all that is known
-- Cost: one pass over ident.source_record and ident.crosswalk
SELECT
    s.record_key,
    s.feed,
    s.system_code,
    s.source_id,
    s.file_sha256,
    s.line_number,
    s.known_from_utc,
    s.known_to_utc,
    s.resident_number,
    s.name_kanji,
    s.name_kana,
    s.name_raw_hex,
    s.surname_norm,
    s.given_norm,
    s.surname_kana_norm,
    s.given_kana_norm,
    s.birth_date,
    s.sex_code,
    s.address,
    s.address_norm,
    s.guardian_name,
    s.household_number,
    s.is_foreign,
    x.person_key,
    x.rule_code,
    x.decided_by,
    x.known_from_utc AS link_known_from_utc
FROM ident.source_record AS s
LEFT JOIN ident.crosswalk AS x
    ON x.record_key = s.record_key
    AND x.known_to_utc = '9999-12-31'
-- The version that stands comes last: one that was replaced within its own file has no length.
ORDER BY s.record_key, s.known_from_utc, s.known_to_utc, s.line_number
