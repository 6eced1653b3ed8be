-- Grain: one record that a decision moved
-- What: the records of one decision
-- Why: an undo puts them back
-- Cost: the rows of one decision
SELECT
    r.event_id,
    r.record_key,
    r.person_before,
    r.person_after
FROM ident.link_event_record AS r
WHERE r.event_id = @event_id
ORDER BY r.record_key
