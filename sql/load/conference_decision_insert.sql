-- What: one decision about one child
-- Why: grain: one form; written once, however often it is sent
-- Cost: one insert and one key look-up
INSERT INTO casework.conference_decision (
    decision_id,
    conference_id,
    child_key,
    decision_code,
    lead_agency,
    review_date,
    decision_text,
    decided_by,
    decided_utc
)
SELECT
    @decision_id,
    @conference_id,
    @child_key,
    @decision_code,
    @lead_agency,
    @review_date,
    @decision_text,
    @decided_by,
    @decided_utc
WHERE NOT EXISTS (SELECT 1 FROM casework.conference_decision AS t WHERE t.decision_id = @decision_id)
