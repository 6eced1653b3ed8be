-- What: the entries about contacts with one child, of all staff, in order
-- Why: whoever goes to a family knows who was there before
-- Cost: a filter on fact.contact
SELECT
    c.contact_id AS contact_id,
    c.child_key AS child_key,
    c.staff_id AS staff_id,
    c.event_code AS event_code,
    c.detail_code AS detail_code,
    c.result_code AS result_code,
    c.event_date AS event_date,
    c.due_date AS due_date,
    c.is_safety_checked AS is_safety_checked,
    c.recorded_utc AS recorded_utc
FROM fact.contact AS c
WHERE c.child_key = @child_key
ORDER BY
    c.event_date,
    c.recorded_utc,
    c.contact_id
