-- Grain: one task of one decision
-- What: tasks of the decisions of a meeting
-- Why: who does what until when
-- Cost: one pass over casework.conference_task
SELECT
    t.decision_id,
    t.task_number,
    t.support_code,
    t.agency,
    t.task_text,
    t.due_date,
    t.begins_date
FROM casework.conference_task AS t
INNER JOIN casework.conference_decision AS d
    ON d.decision_id = t.decision_id
WHERE d.conference_id = @conference_id
ORDER BY t.decision_id, t.task_number
