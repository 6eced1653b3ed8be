-- What: resident children of a month by how far they came: unlinked, not_scored, not_listed, then listed and not_judged, judged_other, not_contacted, contacted_only, supported; each child once
-- Why: the funnel is made of parts that add up, so that disclosure control sees them
-- Cost: the key columns of four fact tables and the scores of one snapshot, the last before the end of the month that had been written when the figures were counted first
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
            WHEN j.child_key IS NULL THEN 'not_judged'
            WHEN j.is_need = 0 THEN 'judged_other'
            WHEN t.child_key IS NULL THEN 'not_contacted'
            WHEN t.is_supported = 0 THEN 'contacted_only'
            ELSE 'supported'
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
            f.child_key AS child_key,
            MAX(CASE WHEN f.decision_code = 'need' THEN 1 ELSE 0 END) AS is_need
        FROM fact.judgement AS f
        WHERE f.stage_code = 'final'
            AND f.judged_utc <= @counted_utc
            AND f.snapshot_date = (
                SELECT MAX(y.snapshot_date)
                FROM fact.risk_score AS y
                WHERE y.snapshot_date <= @until_date
                    AND y.scored_utc <= @counted_utc
            )
            AND NOT EXISTS (
                SELECT 1
                FROM fact.judgement AS v
                WHERE v.child_key = f.child_key
                    AND v.staff_id = f.staff_id
                    AND v.snapshot_date = f.snapshot_date
                    AND v.stage_code = 'final'
                    AND v.judged_utc <= @counted_utc
                    AND v.revision_number > f.revision_number
            )
        GROUP BY
            f.child_key
    ) AS j ON j.child_key = c.child_key
    LEFT JOIN (
        SELECT
            e.child_key AS child_key,
            MAX(CASE WHEN e.event_code = 'support' THEN 1 ELSE 0 END) AS is_supported
        FROM fact.contact AS e
        WHERE e.event_code IN ('attempt', 'refusal', 'support')
            AND e.recorded_utc <= @counted_utc
            AND e.event_date >= (
                SELECT MAX(y.snapshot_date)
                FROM fact.risk_score AS y
                WHERE y.snapshot_date <= @until_date
                    AND y.scored_utc <= @counted_utc
            )
        GROUP BY
            e.child_key
    ) AS t ON t.child_key = c.child_key
) AS g
GROUP BY
    g.column_code
ORDER BY
    g.column_code
