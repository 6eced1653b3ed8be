-- What: resident children of a month by kind of household and whether they were scored and listed
-- Why: equity: whether the list falls on some households more than on others
-- Cost: the key columns of four fact tables and the scores of one snapshot, the last before the end of the month that had been written when the figures were counted first
SELECT
    g.row_code AS row_code,
    g.column_code AS column_code,
    CAST(COUNT(*) AS BIGINT) AS cell_count
FROM (
    SELECT
        CASE WHEN h.is_single_parent = 1 THEN 'single' ELSE 'other' END AS row_code,
        CASE
            WHEN k.child_key IS NULL THEN 'unlinked'
            WHEN s.child_key IS NULL THEN 'not_scored'
            WHEN s.is_listed = 0 THEN 'not_listed'
            ELSE 'listed'
        END AS column_code
    FROM (
        SELECT
            m.child_key AS child_key,
            m.household_key AS household_key
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
        WHERE z.is_withheld = 0
            AND z.scored_utc <= @counted_utc
            AND z.snapshot_date = (
                SELECT MAX(y.snapshot_date)
                FROM fact.risk_score AS y
                WHERE y.snapshot_date <= @until_date
                    AND y.scored_utc <= @counted_utc
            )
            AND z.model_run_id = (
                SELECT MAX(x.model_run_id)
                FROM fact.risk_score AS x
                WHERE x.scored_utc <= @counted_utc
                    AND x.snapshot_date = (
                        SELECT MAX(w.snapshot_date)
                        FROM fact.risk_score AS w
                        WHERE w.snapshot_date <= @until_date
                            AND w.scored_utc <= @counted_utc
                    )
            )
        GROUP BY
            z.child_key
    ) AS s ON s.child_key = c.child_key
    LEFT JOIN (
        SELECT
            h.household_key AS household_key,
            MAX(h.is_single_parent) AS is_single_parent
        FROM dim.household AS h
        WHERE h.valid_from < @until_date
            AND h.valid_to >= @until_date
            AND h.known_from_utc <= @as_known_utc
            AND h.known_to_utc > @as_known_utc
            AND h.household_key <> 0
            AND NOT EXISTS (SELECT 1 FROM meta.load_run AS r WHERE r.load_id = h.load_id AND r.is_published = 0)
        GROUP BY
            h.household_key
    ) AS h ON h.household_key = c.household_key
) AS g
GROUP BY
    g.row_code,
    g.column_code
ORDER BY
    g.row_code,
    g.column_code
