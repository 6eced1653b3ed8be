-- Grain: one form of the page on which links are decided
-- What: the form with an id
-- Why: the same form sent again changes nothing
-- Cost: one key look-up
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
WHERE f.form_id = @form_id
ORDER BY f.form_id
