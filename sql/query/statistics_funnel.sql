-- What: resident children of a month by how far they came: unlinked, not_scored, not_listed, listed; each child once
-- Why: the funnel is made of parts that add up, so that disclosure control sees them
-- Cost: the key columns of four fact tables and the scores of one snapshot
SELECT
    '' AS row_code,
    g.column_code AS column_code,
    CAST(COUNT(*) AS BIGINT) AS cell_count
FROM (
    SELECT
        CASE
            WHEN k.child_key IS NULL THEN 'unlinked'
            WHEN s.child_key IS NULL THEN 'not_scored'
            WHEN s.is_listed = 0 THEN 'not_listed'
            ELSE 'listed'
        END AS column_code
    FROM (
        SELECT
            m.child_key AS child_key
        FROM fact.child_month AS m
        WHERE m.month_key = @month_key
            AND m.is_resident = 1
            AND m.known_from_utc <= @as_known_utc
            AND m.known_to_utc > @as_known_utc
            AND NOT EXISTS (SELECT 1 FROM meta.load_run AS r WHERE r.load_id = m.load_id AND r.is_published = 0)
    ) AS c
    LEFT JOIN (
        SELECT
            f.person_key AS child_key
        FROM fact.checkup AS f
        WHERE f.person_key <> 0
            AND f.known_from_utc <= @as_known_utc
            AND f.known_to_utc > @as_known_utc
            AND NOT EXISTS (SELECT 1 FROM meta.load_run AS r WHERE r.load_id = f.load_id AND r.is_published = 0)
        UNION
        SELECT
            f.person_key AS child_key
        FROM fact.consultation AS f
        WHERE f.person_key <> 0
            AND f.known_from_utc <= @as_known_utc
            AND f.known_to_utc > @as_known_utc
            AND NOT EXISTS (SELECT 1 FROM meta.load_run AS r WHERE r.load_id = f.load_id AND r.is_published = 0)
        UNION
        SELECT
            f.person_key AS child_key
        FROM fact.nursery_enrolment AS f
        WHERE f.person_key <> 0
            AND f.known_from_utc <= @as_known_utc
            AND f.known_to_utc > @as_known_utc
            AND NOT EXISTS (SELECT 1 FROM meta.load_run AS r WHERE r.load_id = f.load_id AND r.is_published = 0)
        UNION
        SELECT
            f.person_key AS child_key
        FROM fact.school_enrolment AS f
        WHERE f.person_key <> 0
            AND f.known_from_utc <= @as_known_utc
            AND f.known_to_utc > @as_known_utc
            AND NOT EXISTS (SELECT 1 FROM meta.load_run AS r WHERE r.load_id = f.load_id AND r.is_published = 0)
    ) AS k ON k.child_key = c.child_key
    LEFT JOIN (
        SELECT
            z.child_key AS child_key,
            MAX(CASE WHEN z.band_code = 'A' THEN 1 ELSE 0 END) AS is_listed
        FROM fact.risk_score AS z
        INNER JOIN meta.model_run AS q ON q.model_run_id = z.model_run_id AND q.is_current = 1
        WHERE z.is_withheld = 0
            AND z.snapshot_date = (
                SELECT MAX(y.snapshot_date)
                FROM fact.risk_score AS y
                INNER JOIN meta.model_run AS x ON x.model_run_id = y.model_run_id AND x.is_current = 1
            )
        GROUP BY
            z.child_key
    ) AS s ON s.child_key = c.child_key
) AS g
GROUP BY
    g.column_code
ORDER BY
    g.column_code
