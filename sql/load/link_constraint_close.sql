-- Grain: one pair of records that a decision settled
-- What: ends the pairs of a decision that was taken back
-- Why: the program may decide them again
-- Cost: the rows of one decision
UPDATE ident.link_constraint
SET known_to_utc = @now_utc
WHERE event_id = @event_id
    AND known_to_utc = '9999-12-31'
