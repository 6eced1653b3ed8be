-- Grain: one decision
-- What: decisions of a meeting, oldest first
-- Why: what holds, and what held before
-- Cost: one pass over casework.conference_decision
SELECT
    t.decision_id,
    t.conference_id,
    t.child_key,
    t.decision_code,
    t.lead_agency,
    t.review_date,
    t.decision_text,
    t.decided_by,
    t.decided_utc
FROM casework.conference_decision AS t
WHERE t.conference_id = @conference_id
ORDER BY t.decided_utc, t.decision_id
