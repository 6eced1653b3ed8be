-- What: one task of a decision
-- Why: grain: one line of a form; once
-- Cost: one insert and one key look-up
INSERT INTO casework.conference_task (
    decision_id,
    task_number,
    support_code,
    agency,
    task_text,
    due_date,
    begins_date
)
SELECT
    @decision_id,
    @task_number,
    @support_code,
    @agency,
    @task_text,
    @due_date,
    @begins_date
WHERE NOT EXISTS (SELECT 1 FROM casework.conference_task AS t WHERE t.decision_id = @decision_id AND t.task_number = @task_number)
