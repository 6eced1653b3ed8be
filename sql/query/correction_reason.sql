-- Grain: one fault of one quarantined row of a feed
-- What: why rows are in quarantine
-- Why: a department reads it beside the row
-- Cost: stg.reject of one feed
SELECT
    j.load_id,
    j.line_number,
    j.column_name,
    j.rule_code
FROM stg.reject AS j
WHERE j.feed = @feed
ORDER BY
    j.load_id,
    j.line_number,
    j.rule_code
