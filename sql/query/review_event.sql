-- Grain: one decision of staff about links
-- What: all decisions, with the decision that undid them
-- Why: who, when, why, and whether it still stands
-- Cost: one pass over ident.link_event
SELECT
    e.event_id,
    e.event_code,
    e.staff_id,
    e.reason,
    e.decided_utc,
    e.undone_event_id,
    u.event_id AS undone_by_event_id
FROM ident.link_event AS e
LEFT JOIN ident.link_event AS u
    ON u.undone_event_id = e.event_id
ORDER BY e.event_id
