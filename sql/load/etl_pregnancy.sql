-- Grain: one version of one child to be born of one notified pregnancy
-- What: derives the versions of touched records; the child is known from when its own record was first linked
-- Why: what is known of a pregnancy reaches the child born of it, and nobody else
-- Cost: rows of the touched records
DELETE FROM fact.pregnancy
WHERE record_key IN (SELECT t.record_key FROM stg.touched AS t WHERE t.batch_id = @batch_id)
GO
WITH stated AS (
    SELECT
        l.person_key,
        v.record_key,
        v.child_record_key,
        v.birth_branch,
        v.notified_date,
        v.week_count,
        v.expected_year_month,
        v.marital_code,
        v.feeling_code,
        v.antenatal_count,
        v.epds_score,
        v.postnatal_care_code,
        v.home_visit_date,
        v.notice_code,
        CASE WHEN v.known_from_utc > l.known_from_utc THEN v.known_from_utc ELSE l.known_from_utc END AS known_from_utc,
        CASE WHEN v.known_to_utc < l.known_to_utc THEN v.known_to_utc ELSE l.known_to_utc END AS known_to_utc,
        v.load_id
    FROM (
        SELECT
            c.record_key,
            c.child_record_key,
            c.birth_branch,
            c.notified_date,
            c.week_count,
            c.expected_year_month,
            c.marital_code,
            c.feeling_code,
            c.antenatal_count,
            c.epds_score,
            c.postnatal_care_code,
            c.home_visit_date,
            c.notice_code,
            c.load_id,
            c.known_from_utc,
            LEAD(c.known_from_utc, 1, CAST('9999-12-31' AS DATETIME2)) OVER (
                PARTITION BY c.record_key, c.birth_branch
                ORDER BY c.known_from_utc, c.extracted_utc, c.load_id, c.line_number) AS known_to_utc
        FROM (
            SELECT
                s.record_key,
                s.child_record_key,
                s.birth_branch,
                s.notified_date,
                s.week_count,
                s.expected_year_month,
                s.marital_code,
                s.feeling_code,
                s.antenatal_count,
                s.epds_score,
                s.postnatal_care_code,
                s.home_visit_date,
                s.notice_code,
                s.load_id,
                s.line_number,
                s.payload_hash,
                r.known_from_utc,
                r.extracted_utc,
                LAG(s.payload_hash) OVER (
                    PARTITION BY s.record_key, s.birth_branch
                    ORDER BY r.known_from_utc, r.extracted_utc, s.load_id, s.line_number) AS previous_hash
            FROM stg.pregnancy AS s
            INNER JOIN meta.load_run AS r
                ON r.load_id = s.load_id
            WHERE s.is_superseded = 0
                AND r.is_published = 1
                AND s.record_key IN (SELECT t.record_key FROM stg.touched AS t WHERE t.batch_id = @batch_id)) AS c
        -- The same said again is no new version.
        WHERE c.previous_hash IS NULL
            OR c.previous_hash <> c.payload_hash) AS v
    INNER JOIN stg.link AS l
        ON l.record_key = v.record_key
        AND l.known_from_utc < v.known_to_utc
        AND l.known_to_utc > v.known_from_utc
),
reached AS (
    SELECT
        k.person_key AS child_key,
        s.record_key,
        s.birth_branch,
        s.known_from_utc AS stated_from_utc,
        CASE WHEN s.known_from_utc > k.known_from_utc THEN s.known_from_utc ELSE k.known_from_utc END AS known_from_utc,
        CASE WHEN s.known_to_utc < k.known_to_utc THEN s.known_to_utc ELSE k.known_to_utc END AS known_to_utc
    FROM stated AS s
    INNER JOIN stg.link AS k
        ON k.record_key = s.child_record_key
    UNION ALL
    -- Before the record of the child is linked, the pregnancy reaches nobody.
    SELECT
        0,
        s.record_key,
        s.birth_branch,
        s.known_from_utc,
        s.known_from_utc,
        CASE WHEN n.known_from_utc < s.known_to_utc THEN n.known_from_utc ELSE s.known_to_utc END
    FROM stated AS s
    LEFT JOIN (
        SELECT
            o.record_key,
            MIN(o.known_from_utc) AS known_from_utc
        FROM stg.link AS o
        GROUP BY o.record_key) AS n
        ON n.record_key = s.child_record_key
)
INSERT INTO fact.pregnancy (person_key, record_key, child_key, child_record_key, birth_branch, notified_date, week_count, expected_year_month, marital_code, feeling_code, antenatal_count, epds_score, postnatal_care_code, home_visit_date, notice_code, known_from_utc, known_to_utc, load_id)
SELECT
    s.person_key,
    s.record_key,
    c.child_key,
    s.child_record_key,
    s.birth_branch,
    s.notified_date,
    s.week_count,
    s.expected_year_month,
    s.marital_code,
    s.feeling_code,
    s.antenatal_count,
    s.epds_score,
    s.postnatal_care_code,
    s.home_visit_date,
    s.notice_code,
    c.known_from_utc,
    c.known_to_utc,
    s.load_id
FROM stated AS s
INNER JOIN reached AS c
    ON c.record_key = s.record_key
    AND c.birth_branch = s.birth_branch
    AND c.stated_from_utc = s.known_from_utc
WHERE c.known_from_utc < c.known_to_utc
