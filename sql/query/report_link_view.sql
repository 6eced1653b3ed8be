-- Grain: one person whose records were shown to a reviewer
-- What: when they were shown last
-- Why: a link counts as looked at where its person was shown after it was made
-- Cost: one pass over audit.access_log
SELECT
    l.child_key AS person_key,
    MAX(l.at_utc) AS shown_utc
FROM audit.access_log AS l
WHERE l.action_code = 'link_view'
    AND l.outcome_code = 'allowed'
GROUP BY l.child_key
