-- Grain: one child with a household at the snapshot, as known then.
-- What: care need, livelihood consultations, tax class and arrears of those who live with the child
-- Why: features of the livelihood group; a parent who lives apart adds nothing to the child
-- Cost: one pass over dim.household_member and over each fact table
WITH known_member AS (
    SELECT
        h.household_key,
        h.person_key,
        h.valid_from,
        p.birth_year_month
    FROM dim.household_member AS h
    INNER JOIN (
        SELECT
            d.person_key,
            MAX(d.birth_year_month) AS birth_year_month
        FROM dim.person AS d
        WHERE d.person_key <> 0
            AND d.known_from_utc <= @as_known_utc
            AND d.known_to_utc > @as_known_utc
        GROUP BY d.person_key) AS p
        ON p.person_key = h.person_key
    WHERE h.valid_from <= @snapshot_date
        AND h.valid_to > @snapshot_date
        AND h.known_from_utc <= @as_known_utc
        AND h.known_to_utc > @as_known_utc
),
child AS (
    SELECT
        m.person_key,
        m.household_key,
        ROW_NUMBER() OVER (
            PARTITION BY m.person_key
            ORDER BY m.valid_from DESC, m.household_key DESC) AS member_rank
    FROM known_member AS m
    WHERE m.birth_year_month >= @birth_month_from
),
care AS (
    SELECT DISTINCT s.person_key
    FROM fact.status_spell AS s
    WHERE s.status_group = 'care_need'
        AND s.valid_from <= @snapshot_date
        AND s.valid_to > @snapshot_date
        AND s.known_from_utc <= @as_known_utc
        AND s.known_to_utc > @as_known_utc
),
livelihood AS (
    SELECT
        c.person_key,
        COUNT(*) AS visit_count
    FROM fact.livelihood_consultation AS c
    WHERE c.consulted_date < @snapshot_date
        AND c.consulted_date >= @from_24m
        AND c.known_from_utc <= @as_known_utc
        AND c.known_to_utc > @as_known_utc
    GROUP BY c.person_key
),
tax AS (
    SELECT
        x.person_key,
        CASE x.tax_class WHEN 'exempt' THEN 1 WHEN 'per_capita' THEN 2 ELSE 3 END AS class_rank,
        ROW_NUMBER() OVER (
            PARTITION BY x.person_key
            ORDER BY x.tax_year DESC, x.record_key DESC) AS year_rank
    FROM fact.tax_class AS x
    WHERE x.tax_year <= YEAR(CAST(@snapshot_date AS DATE))
        AND x.known_from_utc <= @as_known_utc
        AND x.known_to_utc > @as_known_utc
),
arrears AS (
    SELECT
        a.person_key,
        a.has_arrears,
        ROW_NUMBER() OVER (
            PARTITION BY a.person_key, a.fee_kind
            ORDER BY a.as_of_date DESC, a.record_key DESC) AS day_rank
    FROM fact.arrears_flag AS a
    WHERE a.as_of_date > @from_12m
        AND a.as_of_date <= @snapshot_date
        AND a.known_from_utc <= @as_known_utc
        AND a.known_to_utc > @as_known_utc
),
debtor AS (
    SELECT
        a.person_key,
        MAX(a.has_arrears) AS has_arrears
    FROM arrears AS a
    WHERE a.day_rank = 1
    GROUP BY a.person_key
)
SELECT
    c.person_key AS child_key,
    CAST(MAX(CASE WHEN n.person_key IS NULL THEN 0 ELSE 1 END) AS SMALLINT) AS has_care_need,
    CAST(SUM(COALESCE(v.visit_count, 0)) AS INTEGER) AS livelihood_count_24m,
    CAST(MAX(x.class_rank) AS SMALLINT) AS tax_class_rank,
    CAST(MAX(COALESCE(d.has_arrears, 0)) AS SMALLINT) AS has_arrears
FROM child AS c
INNER JOIN known_member AS m
    ON m.household_key = c.household_key
    AND m.person_key <> c.person_key
LEFT JOIN care AS n
    ON n.person_key = m.person_key
LEFT JOIN livelihood AS v
    ON v.person_key = m.person_key
LEFT JOIN tax AS x
    ON x.person_key = m.person_key
    AND x.year_rank = 1
LEFT JOIN debtor AS d
    ON d.person_key = m.person_key
WHERE c.member_rank = 1
GROUP BY c.person_key
ORDER BY c.person_key
