-- Grain: one form of a reviewer who could not say
-- What: pairs about which somebody could not say, newest first
-- Why: they go to the end of the queue, where somebody else looks
-- Cost: one pass over ident.link_form
SELECT
    f.form_id,
    f.event_id,
    f.record_key,
    f.other_record_key,
    f.outcome_code,
    f.is_score_shown,
    f.staff_id,
    f.reason,
    f.sent_utc
FROM ident.link_form AS f
WHERE f.outcome_code = 'unsure'
ORDER BY f.sent_utc DESC, f.form_id
