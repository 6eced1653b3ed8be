-- What: supports of the newest decision about a child
-- Why: the draft of what the family takes home
-- Cost: decisions of one child
SELECT
    t.support_code,
    t.agency,
    d.lead_agency
FROM casework.conference_decision AS d
INNER JOIN casework.conference_task AS t
    ON t.decision_id = d.decision_id
WHERE d.child_key = @child_key
    AND NOT EXISTS (
        SELECT 1
        FROM casework.conference_decision AS n
        WHERE n.child_key = d.child_key
            AND (n.decided_utc > d.decided_utc OR (n.decided_utc = d.decided_utc AND n.decision_id > d.decision_id))
    )
ORDER BY t.task_number
