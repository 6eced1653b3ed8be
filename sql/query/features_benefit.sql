-- Grain: one child with a benefit, certificate or service of the welfare offices so far, as known at the snapshot.
-- What: what runs at the snapshot
-- Why: features of the benefit group; classes that follow from income are never read here
-- Cost: one pass over fact.benefit_spell and fact.status_spell
SELECT
    u.person_key AS child_key,
    CAST(MAX(u.has_school_aid) AS SMALLINT) AS has_school_aid,
    CAST(MAX(u.has_public_assistance) AS SMALLINT) AS has_public_assistance,
    CAST(MAX(u.is_allowance_stopped) AS SMALLINT) AS is_allowance_stopped,
    CAST(MAX(u.has_disability_service) AS SMALLINT) AS has_disability_service,
    CAST(MAX(u.has_disability_certificate) AS SMALLINT) AS has_disability_certificate
FROM (
    SELECT
        b.person_key,
        CASE WHEN b.benefit_code = 'school_aid' THEN 1 ELSE 0 END AS has_school_aid,
        CASE WHEN b.benefit_code = 'public_assistance' THEN 1 ELSE 0 END AS has_public_assistance,
        CASE WHEN b.benefit_code = 'child_allowance' AND b.status_code = 'stopped' THEN 1 ELSE 0 END AS is_allowance_stopped,
        0 AS has_disability_service,
        0 AS has_disability_certificate
    FROM fact.benefit_spell AS b
    WHERE b.benefit_code IN ('school_aid', 'public_assistance', 'child_allowance')
        AND b.valid_from <= @snapshot_date
        AND b.valid_to > @snapshot_date
        AND b.known_from_utc <= @as_known_utc
        AND b.known_to_utc > @as_known_utc
    UNION ALL
    SELECT
        s.person_key,
        0 AS has_school_aid,
        0 AS has_public_assistance,
        0 AS is_allowance_stopped,
        CASE WHEN s.status_code IN ('special_allowance', 'infant_day_service', 'school_day_service') THEN 1 ELSE 0 END AS has_disability_service,
        CASE WHEN s.status_code IN ('physical', 'intellectual', 'mental') THEN 1 ELSE 0 END AS has_disability_certificate
    FROM fact.status_spell AS s
    WHERE s.status_group = 'disability'
        AND s.valid_from <= @snapshot_date
        AND s.valid_to > @snapshot_date
        AND s.known_from_utc <= @as_known_utc
        AND s.known_to_utc > @as_known_utc) AS u
WHERE u.person_key <> 0
    AND u.person_key IN (SELECT p.person_key FROM dim.person AS p WHERE p.birth_year_month >= @birth_month_from)
GROUP BY u.person_key
ORDER BY u.person_key
