-- What: what contacts left open by child: the newest review, the first support, and whether its outcomes are on record
-- Why: reminders on the worklist
-- Cost: one pass over fact.contact
SELECT
    c.child_key AS child_key,
    MAX(CASE WHEN c.event_code = 'review' AND c.recorded_utc = n.newest_utc THEN c.due_date END) AS review_date,
    MIN(CASE WHEN c.event_code = 'support' THEN c.event_date END) AS support_date,
    MAX(CASE WHEN c.event_code = 'outcome' AND c.detail_code = 'm6' THEN 1 ELSE 0 END) AS has_outcome6,
    MAX(CASE WHEN c.event_code = 'outcome' AND c.detail_code = 'm12' THEN 1 ELSE 0 END) AS has_outcome12
FROM fact.contact AS c
LEFT JOIN (
    SELECT
        r.child_key AS child_key,
        MAX(r.recorded_utc) AS newest_utc
    FROM fact.contact AS r
    WHERE r.event_code = 'review'
    GROUP BY
        r.child_key
) AS n ON n.child_key = c.child_key
GROUP BY
    c.child_key
ORDER BY
    c.child_key
